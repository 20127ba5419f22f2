"""Tables in and out of the admin's lists. An admin gets it by one more base class, before MessengerAdmin:

    class LabelAdmin(LabelExchange, MessengerAdmin[Label]): ...
    class CannedResponseAdmin(CannedResponseExchange, MessengerAdmin[CannedResponse]): ...
    class ContactAdmin(ContactExport, MessengerAdmin[Contact]): ...
    class ConversationAdmin(Team, Transfer, ConversationExport, MessengerAdmin[Conversation]): ...

That brings the routes `export/` and `import/`, the buttons above the list and, where the list has actions, "Export the
selected". Rows come from the admin's own `get_queryset` and its list with the address's filters, so that nobody
exports what they don't see. An admin with a `change_list_template` of its own includes
`admin/messenger/exchange/buttons.html` in the block `actions-items`.
"""

from messenger.admin.exchange.kinds import (
    CannedResponseExchange,
    ContactExport,
    ConversationExport,
    LabelExchange,
)

__all__ = ["CannedResponseExchange", "ContactExport", "ConversationExport", "LabelExchange"]
