"""The operators' and administrators' workplace: Django's admin, dressed by unfold."""

from messenger.admin.canned_response import CannedResponseAdmin
from messenger.admin.contact import ContactAdmin
from messenger.admin.conversation import ConversationAdmin
from messenger.admin.figures import FiguresAdmin
from messenger.admin.inbox import InboxAdmin
from messenger.admin.integration_token import IntegrationTokenAdmin
from messenger.admin.label import LabelAdmin
from messenger.admin.queue import FailedTaskAdmin, FinishedTaskAdmin, WaitingTaskAdmin
from messenger.admin.routing_rule import RoutingRuleAdmin
from messenger.admin.visitor_mail import VisitorMailAdmin
from messenger.admin.webhook_delivery import WebhookDeliveryAdmin

__all__ = [
    "CannedResponseAdmin",
    "ContactAdmin",
    "ConversationAdmin",
    "FailedTaskAdmin",
    "FiguresAdmin",
    "FinishedTaskAdmin",
    "InboxAdmin",
    "IntegrationTokenAdmin",
    "LabelAdmin",
    "RoutingRuleAdmin",
    "VisitorMailAdmin",
    "WaitingTaskAdmin",
    "WebhookDeliveryAdmin",
]
