"""What a program has to know beforehand: what its token is good for, and who could be given a conversation."""

from datetime import datetime

from rest_framework.request import Request
from rest_framework.response import Response

from crm.models import User
from messenger.api.v1 import shapes
from messenger.api.v1.description import described_for_integrations
from messenger.api.v1.rows import moment, person
from messenger.api.v1.view import IntegrationView
from messenger.lib import clock
from messenger.models import AgentProfile
from messenger.models.integration_token import Scope


class TokenView(IntegrationView):
    """The token itself: a first request to see whether it works."""

    @described_for_integrations("get_token", None, {200: shapes.RestToken})
    def get(self, request: Request) -> Response:
        token = self.access.token
        return Response(
            {
                "name": token.name,
                "scopes": token.scopes,
                "inboxes": sorted(self.access.inbox_ids) if token.is_limited else None,
                "acts_as": person(token.acts_as),
                "expires_at": moment(token.expires_at),
            }
        )


class OperatorsView(IntegrationView):
    """Operators of the branches that the token sees, to whom a conversation of theirs can be assigned."""

    scopes = {"GET": Scope.CONVERSATIONS_READ}

    @described_for_integrations("list_operators", None, {200: shapes.RestOperators})
    def get(self, request: Request) -> Response:
        user, now = self.access.user, clock.now()
        operators = User.objects.filter(is_active=True, role=User.Role.OPERATOR)
        if not user.is_messenger_administrator:
            operators = operators.filter(branch=user.branch_id) if user.branch_id else operators.none()
        if not self.access.sees_all_branches:
            operators = operators.filter(branch__inboxes__in=self.access.inbox_ids).distinct()
        return Response(
            {
                "results": [
                    {
                        "id": operator.pk,
                        "name": operator.display_name,
                        "branch_id": operator.branch_id,
                        "status": _status(operator, now),
                    }
                    for operator in operators.select_related("agent_profile").order_by("pk")
                ]
            }
        )


def _status(operator: User, now: datetime) -> AgentProfile.Status:
    """Whoever has no profile yet counts as online."""
    profile = getattr(operator, "agent_profile", None)
    return profile.status_at(now) if profile else AgentProfile.Status.ONLINE
