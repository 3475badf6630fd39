"""States and events of a dossier, and the replay that makes the one out of the other.

History is the truth: what a dossier *is* follows from what *happened* to it, each event with its actor, instant and
reason. Four axes are kept apart (business, finance, delivery, synchronisation), and none of them is ever stored
without the events that led to it.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CODES",
    "DeliveryState",
    "EventKind",
    "FinanceState",
    "State",
    "SupplementEffect",
    "SyncState",
    "state_of_code",
]


class State(StrEnum):
    """Where a dossier stands in its business (*trạng thái hồ sơ*)."""

    NEW = "new"
    """Nothing has happened yet."""
    REGISTERED = "registered"
    """*Mới đăng ký*: submitted online, not yet looked at."""
    INCOMPLETE = "incomplete"
    """*Chờ bổ sung trước khi tiếp nhận*: the applicant was told what is missing; no clock runs."""
    NOT_ACCEPTED = "not_accepted"
    """*Không được tiếp nhận*."""
    WITHDRAWN = "withdrawn"
    """*Đã rút trước khi tiếp nhận*."""
    RECEIVED = "received"
    """*Được tiếp nhận*: the receipt is issued and the term runs."""
    PROCESSING = "processing"
    """*Đang xử lý* at the body that settles."""
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    """*Yêu cầu bổ sung giấy tờ*, after reception."""
    AWAITING_PAYMENT = "awaiting_payment"
    """*Yêu cầu thực hiện nghĩa vụ tài chính*."""
    STOP_REQUESTED = "stop_requested"
    """*Công dân yêu cầu rút hồ sơ*: asked for after reception, not yet answered."""
    STOPPED = "stopped"
    """*Dừng xử lý*."""
    CLOSED_NOT_COMPLETED = "closed_not_completed"
    """*Đóng hồ sơ do không hoàn thiện*: neither a refusal nor a withdrawal."""
    REFUSED = "refused"
    """*Từ chối giải quyết* after appraisal, with a written reason: that notice is the result."""
    SETTLED = "settled"
    """*Đã xử lý xong*: the result is at the desk."""
    CORRECTING = "correcting"
    """*Đính chính kết quả*: an error in the result is being put right."""
    RETURNED = "returned"
    """*Đã trả kết quả*."""

    @property
    def code(self) -> int | None:
        """The code 1-10 of the national portal; None before anything happened."""
        return CODES[self]

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes this dossier something before a result exists."""
        return self in _OPEN


class FinanceState(StrEnum):
    """What is owed and paid (*nghĩa vụ tài chính*)."""

    NONE = "none"
    DUE = "due"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    REFUNDED = "refunded"


class DeliveryState(StrEnum):
    """Where the result is on its way to the applicant (*trả kết quả*)."""

    NONE = "none"
    READY = "ready"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class SyncState(StrEnum):
    """What the national portal knows (*đồng bộ*)."""

    PENDING = "pending"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class SupplementEffect(StrEnum):
    """What a request to supplement does to the clock (*cách tính lại thời hạn*)."""

    RESTART = "RESTART"
    """*Tính lại từ đầu*: the whole term again from the completed dossier."""
    SUSPEND = "SUSPEND"
    """The waiting time does not count; the rest of the term runs on."""


class EventKind(StrEnum):
    """What can happen to a dossier (*sự kiện*); the value is the word on the wire."""

    REGISTER = "NOP_TRUC_TUYEN"
    """The applicant submits online and the portal acknowledges."""
    SYSTEM_RECEIVE = "HE_THONG_TIEP_NHAN"
    """The settlement system receives the dossier from the portal: the 8 working hours start."""
    ALERT_OFFICER = "BAO_CAN_BO"
    """The system tells the desk officer of an online dossier."""
    REQUEST_SUPPLEMENT = "YEU_CAU_BO_SUNG"
    SUPPLEMENT = "BO_SUNG"
    """The applicant has completed the dossier."""
    REFUSE_RECEPTION = "TU_CHOI_TIEP_NHAN"
    ACCEPT = "TIEP_NHAN"
    """Formal reception, full and valid: the receipt is issued."""
    FORWARD = "CHUYEN_XU_LY"
    """The dossier leaves the desk for the body that settles."""
    ARRIVE = "CO_QUAN_NHAN"
    """The competent body receives a dossier that another desk took in."""
    CONSULT = "LAY_Y_KIEN"
    """Another body is asked for its opinion."""
    CONSULT_ANSWER = "TRA_LOI_Y_KIEN"
    REPORT_DELAY = "BAO_CHAM_Y_KIEN"
    """The lead body tells the desk that a consulted body is late."""
    REQUEST_PAYMENT = "YEU_CAU_THANH_TOAN"
    PAY = "THANH_TOAN"
    REFUND = "HOAN_TIEN"
    REMIT = "NOP_NGAN_SACH"
    """Money paid online reaches the budget."""
    EXTEND = "GIA_HAN"
    """Apology, reason and a new appointment (*xin lỗi và đề nghị gia hạn*)."""
    APOLOGISE = "XIN_LOI"
    """An apology without a new appointment."""
    ADJUST = "DIEU_CHINH"
    """The applicant adjusts an online dossier."""
    REQUEST_STOP = "YEU_CAU_DUNG"
    """The applicant asks to stop or withdraws."""
    CONFIRM_STOP = "XAC_NHAN_DUNG"
    DECLINE_STOP = "KHONG_CHO_DUNG"
    STOP = "DUNG_XU_LY"
    """The agency stops under sector law."""
    CLOSE = "DONG_HO_SO"
    """The desk closes a dossier that was not completed in time."""
    INTERRUPT = "SU_CO"
    """The system owner announces a failure."""
    RESUME = "KHAC_PHUC"
    """The system works again."""
    REFUSE = "TU_CHOI_GIAI_QUYET"
    SETTLE = "GIAI_QUYET_XONG"
    ANNOUNCE = "BAO_TRA_SOM"
    """The desk announces an early result."""
    RETURN_RESULT = "TRA_KET_QUA"
    CORRECT = "DINH_CHINH"
    """An error in the result is reported: it goes back for correction."""
    DISPATCH = "GUI_KET_QUA"
    """The result is handed to the post."""
    DELIVERY_FAILED = "PHAT_KHONG_THANH_CONG"
    SYNC_SEND = "DONG_BO_GUI"
    SYNC_ACCEPT = "DONG_BO_NHAN"
    SYNC_REJECT = "DONG_BO_LOI"
    MOVE_SYSTEM = "CHUYEN_HE_THONG"
    """The dossier moves to another origin system; its code does not change."""
    OPT_IN = "CHON_QUY_DINH_MOI"
    """The applicant asks for the later regime, where its transition clause allows that."""
    NOTE = "GHI_CHU"


CODES: Mapping[State, int | None] = MappingProxyType(
    {
        State.NEW: None,
        State.REGISTERED: 1,
        State.RECEIVED: 2,
        State.NOT_ACCEPTED: 3,
        State.PROCESSING: 4,
        State.CORRECTING: 4,
        State.INCOMPLETE: 5,
        State.AWAITING_SUPPLEMENT: 5,
        State.AWAITING_PAYMENT: 6,
        State.WITHDRAWN: 7,
        State.STOP_REQUESTED: 7,
        State.STOPPED: 8,
        State.CLOSED_NOT_COMPLETED: 8,
        State.REFUSED: 9,
        State.SETTLED: 9,
        State.RETURNED: 10,
    }
)
"""The national portal's codes of the states (*mã trạng thái 1-10*)."""

_OPEN = frozenset(
    {
        State.REGISTERED,
        State.INCOMPLETE,
        State.RECEIVED,
        State.PROCESSING,
        State.AWAITING_SUPPLEMENT,
        State.AWAITING_PAYMENT,
        State.STOP_REQUESTED,
        State.CORRECTING,
    }
)
_OF_CODE: Mapping[int, tuple[State, State]] = MappingProxyType(
    {
        1: (State.REGISTERED, State.REGISTERED),
        2: (State.RECEIVED, State.RECEIVED),
        3: (State.NOT_ACCEPTED, State.NOT_ACCEPTED),
        4: (State.PROCESSING, State.PROCESSING),
        5: (State.INCOMPLETE, State.AWAITING_SUPPLEMENT),
        6: (State.AWAITING_PAYMENT, State.AWAITING_PAYMENT),
        7: (State.WITHDRAWN, State.STOP_REQUESTED),
        8: (State.STOPPED, State.STOPPED),
        9: (State.SETTLED, State.SETTLED),
        10: (State.RETURNED, State.RETURNED),
    }
)


def state_of_code(code: int, *, received: bool) -> State:
    """Return the state that a portal code 1-10 stands for when no history is known; *received*: formally received."""
    return _OF_CODE[code][1 if received else 0]
