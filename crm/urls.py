"""All addresses of the project."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from crm.invitations import Invitation
from crm.log_in.leaving import LogOut
from crm.log_in.new_password import NewPasswordStep
from crm.log_in.views import LogInView
from crm.monitoring import page as monitoring
from crm.second_factor.steps import CodeStep, SetUpStep
from crm.security import pages as security
from crm.security.password import OwnPassword
from messenger import pages
from messenger.api import reference

own = admin.site.admin_view

# Before the admin's own: its log-in knows no second step, and it answers whatever begins with admin/.
log_in_urls = [
    path("admin/login/", LogInView.as_view()),
    path("admin/login/code/", CodeStep.as_view(), name="log-in-code"),
    path("admin/login/set-up/", SetUpStep.as_view(), name="log-in-set-up"),
    path("admin/login/password/", NewPasswordStep.as_view(), name="log-in-password"),
    path("admin/logout/", LogOut.as_view()),
    path("admin/invitation/<uidb64>/<token>/", Invitation.as_view(), name="invitation"),
    path("admin/password_change/", own(OwnPassword.as_view())),
    path("admin/security/", own(security.overview), name="security"),
    path("admin/security/sessions/end/", own(security.end_sessions), name="security-end-sessions"),
    path("admin/security/turn-on/", own(security.AskPassword.as_view()), name="security-turn-on"),
    path("admin/security/set-up/", own(security.SetUp.as_view()), name="security-set-up"),
    path("admin/security/turn-off/", own(security.TurnOff.as_view()), name="security-turn-off"),
    path("admin/security/new-codes/", own(security.NewCodes.as_view()), name="security-new-codes"),
]

urlpatterns = [
    # First, as most of what is asked is the widget's.
    path("", include("messenger.urls")),
    path("", pages.home, name="home"),
    *log_in_urls,
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", reference.page, name="api-docs"),
    path("metrics", monitoring.metrics, name="metrics"),
]
