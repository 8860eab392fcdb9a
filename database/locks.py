"""Every lock that a transaction takes, by name.

On PostgreSQL they are advisory locks, held until the transaction ends; all but the last two belong to one store. SQLite
has one writer, so a transaction holds everything anyway.

Lock                 protects                                         taken by
answer/REQUEST       a request with an Idempotency-Key runs once      requests with a key, which never wait for it
corrector/ADMIN      the bound of an administrator's corrections      correcting by hand, approving
identity/PART/VALUE  an id, email, phone or card is registered once   registering a member
member/ID            a member's data and queue of events              storing and steps of events, due items
document/NUMBER      a transaction is stored and assigned once        storing and assigning transactions
channels             a channel with members is not removed            changing channels, giving a member one
usage/REACTOR        concurrent events do not exceed limits           deciding an event, buying a reward
code/REACTOR/CODE    a redemption code is used once                   deciding an event
supply/REWARD        stock and codes of a reward are taken once       deciding, issuing, cancelling, stock, codes
draft/ADMIN          concurrent changes of one draft do not mix       saving, moving and discarding a draft
revisions            of two deploys, the second sees the first        deploying; shared: deciding a registration
ACCESS               administrators, API keys and roles               changing them, in a transaction of its own
import/HASH          the same file is imported once                   completing an upload, which takes no other
subscription/ID      concurrent changes of one do not mix             changing it
resend/ID            a resend job runs one page at a time             a page of it, cancelling it
FIGURES              a change is counted once, by one process         adding to figures, which never waits for it
NOTICES              notices are moved for one change at a time       their settings, deploys, moving
STORE_SECRET         the store's secret is rotated in turn            rotating it
MIGRATIONS           migrations, and the first encryption of secrets  opening the database

A transaction takes them in this order, to avoid deadlocks. It takes several of one kind only in a fixed order: the
parts of an identity as in `Identity.keys`, those of many identities by part and then by key, members by id, document
numbers and reactors by name.

Rows are locked in three more places: a refresh token while it is used (`database.sessions`), events while the relay
takes them (`database.events.take_unstarted`), which skips those that another process has locked, and events while they
are given to a batch or back to the relay (`database.events.assign`), in the order of their ids.
"""

REVISIONS = "revisions"
MIGRATIONS = "laurel migrations"
CHANNELS = "channels"
ACCESS = "laurel access"
NOTICES = "notices"
FIGURES = "figures"
STORE_SECRET = "store-secret"  # noqa: S105  (the name of a lock)


def answer_lock(client: str, route: str, key: str) -> str:
    """Return the lock of the response to a client's requests with one Idempotency-Key."""
    return f"answer/{client}/{route}/{key}"


def identity_lock(part: str, key: str) -> str:
    """Return the lock of one part of an identity (`id`, `email`, `phone` or `card`)."""
    return f"identity/{part}/{key}"


def member_lock(member_id: str) -> str:
    """Return the lock of everything that belongs to a member."""
    return f"member/{member_id}"


def corrector_lock(admin_id: str) -> str:
    """Return the lock of an administrator's corrections and approvals of a day."""
    return f"corrector/{admin_id}"


def draft_lock(admin_id: str) -> str:
    """Return the lock of the draft of an administrator."""
    return f"draft/{admin_id}"


def document_lock(number: str) -> str:
    """Return the lock of the transaction with a document number."""
    return f"document/{number}"


def subscription_lock(subscription_id: str) -> str:
    """Return the lock of a webhook subscription."""
    return f"subscription/{subscription_id}"


def resend_lock(resend_id: str) -> str:
    """Return the lock of a resend job."""
    return f"resend/{resend_id}"


def usage_lock(reactor: str) -> str:
    """Return the lock of the use of a reactor's limits."""
    return f"usage/{reactor}"


def code_lock(reactor: str, code: str) -> str:
    """Return the lock of one redemption code of a reactor."""
    return f"code/{reactor}/{code}"


def supply_lock(reward: str) -> str:
    """Return the lock of a reward's supply: its stock, its uploaded and its shared codes."""
    return f"supply/{reward}"
