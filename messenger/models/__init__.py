"""One noun per file. Rules about one row or one queryset live here; verbs over several rows are services."""

from messenger.models.agent_profile import AgentProfile
from messenger.models.attachment import Attachment
from messenger.models.canned_response import CannedResponse
from messenger.models.consent import Consent
from messenger.models.contact import Contact
from messenger.models.conversation import Conversation
from messenger.models.conversation_event import ConversationEvent
from messenger.models.data_export import DataExport
from messenger.models.data_removal import DataRemoval
from messenger.models.figures import CountedDay, Figures
from messenger.models.inbox import Inbox
from messenger.models.integration_token import IntegrationToken
from messenger.models.label import ConversationLabel, Label
from messenger.models.lease import Lease
from messenger.models.mail_refusal import MailRefusal
from messenger.models.mention import Mention
from messenger.models.message import Message
from messenger.models.routing_rule import RoutingRule
from messenger.models.saved_filter import SavedFilter
from messenger.models.visitor_mail import VisitorMail
from messenger.models.webhook import WebhookAttempt, WebhookDelivery
from messenger.models.working_hours import Holiday, WorkingHours

__all__ = [
    "AgentProfile",
    "Attachment",
    "CannedResponse",
    "Consent",
    "Contact",
    "Conversation",
    "ConversationEvent",
    "ConversationLabel",
    "CountedDay",
    "DataExport",
    "DataRemoval",
    "Figures",
    "Holiday",
    "Inbox",
    "IntegrationToken",
    "Label",
    "Lease",
    "MailRefusal",
    "Mention",
    "Message",
    "RoutingRule",
    "SavedFilter",
    "VisitorMail",
    "WebhookAttempt",
    "WebhookDelivery",
    "WorkingHours",
]
