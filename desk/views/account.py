"""A person's own pages: the first password, the profile."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from desk.forms import ProfileForm, WelcomeForm
from tenants.access import declared, signed_in
from tenants.models import User

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@sensitive_post_parameters()
@never_cache
@declared("link")
@transaction.atomic
def welcome(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Let an invited member choose the first password, and sign in with it. Opening the link does not use it up."""
    user = _invited(uid, token)
    if user is None:
        return render(request, "desk/welcome_over.html", status=410)
    if user.has_usable_password():  # invited by a second organization: the password stays
        return redirect("account_login")
    form = WelcomeForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "desk/welcome.html", {"form": form, "invited": user}, status=422 if form.errors else 200)
    user.set_password(form.cleaned_data["password"])
    user.save(update_fields=["password"])
    login(request, user, backend=_BACKEND)
    return redirect("desk:organizations")


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save what a person may set for themselves."""
    user = User.objects.get(email=request.user.get_username())
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your profile is saved.")
        return redirect("desk:profile")
    return render(request, "desk/profile.html", {"form": form}, status=422 if form.errors else 200)


def _invited(uid: str, token: str) -> User | None:
    """Return the user of a link that still works, locked so that two forms cannot both use it."""
    try:
        user_id = UUID(urlsafe_base64_decode(uid).decode())
    except (ValueError, ValidationError):
        return None
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    return user if user and default_token_generator.check_token(user, token) else None
