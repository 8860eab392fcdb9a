"""The fault of every refusal of an operation on rewards."""

from collections.abc import Mapping
from typing import Final

from api.http.faults import FaultTemplate
from loyalty.refusals import Refusal
from loyalty.rewards.refusals import (
    CannotPay,
    CodeIssued,
    CodesTaken,
    CouponExpired,
    CouponNotBegun,
    CouponNotUsed,
    CouponUsed,
    InvalidCouponCode,
    InvalidCouponValue,
    InvalidQuantity,
    InvalidStock,
    NoLongerOnSale,
    NotEligible,
    NotForSale,
    NotOnSaleYet,
    OtherPrice,
    PurchaseLimitReached,
    RewardCancelled,
    RewardHandedOver,
    RewardPaused,
    RewardSoldOut,
    SharedByMember,
    StatusNotAllowed,
    StatusUnchanged,
    TakesNoCodes,
    UnknownCode,
    UnknownCoupon,
    UnknownIssuedReward,
    UnknownReward,
)

REWARD_REFUSALS: Final[Mapping[type[Refusal], FaultTemplate]] = {
    UnknownReward: FaultTemplate("unknownReward", "reward"),
    RewardPaused: FaultTemplate("rewardPaused", "reward"),
    NotForSale: FaultTemplate("rewardNotForSale", "reward"),
    NotOnSaleYet: FaultTemplate("rewardNotOnSaleYet", "reward"),
    NoLongerOnSale: FaultTemplate("rewardNoLongerOnSale", "reward"),
    NotEligible: FaultTemplate("notEligible", "customerId"),
    PurchaseLimitReached: FaultTemplate(
        "purchaseLimitReached", "quantity", parameters=("bought", "most", "every", "per")
    ),
    RewardSoldOut: FaultTemplate("rewardSoldOut", "reward", parameters=("left",)),
    SharedByMember: FaultTemplate("purchaseLimitReached", "quantity", parameters=("most",)),
    OtherPrice: FaultTemplate("otherPrice", "units", parameters=("price",)),
    CannotPay: FaultTemplate("notEnoughPoints", "customerId", parameters=("wallet", "balance", "needed")),
    InvalidQuantity: FaultTemplate("invalidQuantity", "quantity", parameters=("most",)),
    InvalidCouponValue: FaultTemplate("invalidCouponValue", "couponValue"),
    UnknownIssuedReward: FaultTemplate("unknownRedemption", "issuedReward"),
    UnknownCoupon: FaultTemplate("unknownCoupon", "couponCode"),
    CouponUsed: FaultTemplate("couponUsed", "couponCode"),
    CouponNotUsed: FaultTemplate("couponNotUsed", "couponCode"),
    CouponExpired: FaultTemplate("couponExpired", "couponCode"),
    CouponNotBegun: FaultTemplate("couponNotActiveYet", "couponCode"),
    RewardCancelled: FaultTemplate("alreadyCancelled", "issuedReward"),
    RewardHandedOver: FaultTemplate("rewardHandedOver", "status"),
    StatusNotAllowed: FaultTemplate("statusNotAllowed", "status", parameters=("statuses",)),
    StatusUnchanged: FaultTemplate("statusUnchanged", "status"),
    InvalidStock: FaultTemplate("invalidStock", "stock", parameters=("most",)),
    TakesNoCodes: FaultTemplate("takesNoCodes", "coupons"),
    InvalidCouponCode: FaultTemplate("invalidCouponCode", "coupons.{refusal.index}"),
    CodesTaken: FaultTemplate("codeTaken", "coupons"),
    UnknownCode: FaultTemplate("unknownCoupon", "couponCode"),
    CodeIssued: FaultTemplate("couponIssued", "couponCode"),
}
