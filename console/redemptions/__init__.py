"""Pages of issued rewards: bought for a member or given, cancelled, their coupons used, their statuses changed."""
