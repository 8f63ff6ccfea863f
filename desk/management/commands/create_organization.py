"""`manage.py create_organization`: everything a new organization needs before its first admin signs in."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.utils import timezone

from alerts.defaults import install_default_rules
from cxplatform.lib.tenancy import bound
from surveys.services import install_builtin_surveys
from tenants.models import Organization, Role
from tenants.services import invite_member


class Command(BaseCommand):
    """Create an organization with its first admin, the built-in surveys and the default rules."""

    help = (
        "Create an organization: its first admin, who gets a welcome e-mail with a link to choose a password, the"
        " surveys that ship with the product, and the default alert rules. The admin does the rest in the browser:"
        " programs, partners, teams, members and routing. Fails without a trace when the slug is taken. Somebody who"
        " signs in already, for another organization, keeps name and password. The welcome e-mail is sent by the"
        " workers; run them, and check BASE_URL, before you run this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--slug", required=True, help="the name in addresses: small letters, digits, dashes")
        parser.add_argument("--name", required=True, help="the name that staff see")
        parser.add_argument("--admin-email", required=True, help="the first admin's e-mail address")
        parser.add_argument("--admin-name", default="", help="the first admin's name (default: the part before the @)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Create everything in one transaction, and say what comes next."""
        email: str = options["admin_email"].strip().lower()
        organization = Organization(slug=options["slug"], name=options["name"].strip())
        name = (options["admin_name"] or email.partition("@")[0]).strip()[:120]
        try:
            organization.clean_fields()
            validate_email(email)
            _create(organization, email=email, name=name)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        except IntegrityError:
            raise CommandError(f"The slug “{organization.slug}” is taken. Choose another one.") from None
        self.stdout.write(f"Created “{organization.name}” at {settings.BASE_URL}/o/{organization.slug}/")
        self.stdout.write(f"A welcome e-mail goes to {email}.")


def _create(organization: Organization, *, email: str, name: str) -> None:
    now = timezone.now()
    with bound(organization.pk):
        organization.save(force_insert=True)
        install_builtin_surveys(organization_id=organization.pk, now=now)
        install_default_rules(organization_id=organization.pk, now=now)
        invite_member(organization=organization, email=email, name=name, role=Role.ADMIN, by=None, now=now)
