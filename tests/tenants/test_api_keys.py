"""The base of the partner API: a key binds its organization and partner, scopes are declared, errors are problems."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxplatform.lib.tenancy import scope_of
from patients.models import Patient
from tenants.models import ApiKey, Program
from tenants.models.key import hash_key
from tenants.rest import TenantApiView
from tests.conftest import T0, Cast, House

pytestmark = pytest.mark.urls(__name__)


class Renaming(serializers.Serializer[Any]):
    """What the test view takes."""

    name = serializers.CharField(max_length=10)
    tags = serializers.ListField(child=serializers.IntegerField(), required=False)


class Pseudonyms(TenantApiView):
    """A view for tests: lists the pseudonyms that the key may see, and renames programs."""

    scopes = {"GET": "patients:read", "POST": "programs:write"}

    def get(self, request: Request) -> Response:
        """List them."""
        return Response(sorted(Patient.objects.values_list("pseudonym", flat=True)))

    def post(self, request: Request) -> Response:
        """Rename first, find out later: what an error must undo."""
        assert isinstance(request.data, dict)
        Program.objects.update(name=str(request.data.get("name"))[:50])
        Renaming(data=request.data).is_valid(raise_exception=True)
        return Response(status=201)

    def delete(self, request: Request) -> Response:
        """Exist without a declared scope."""
        raise AssertionError("must not run")


class Pong(TenantApiView):
    """A view for tests that any valid key may read."""

    scopes = {"GET": ""}

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response("pong")


urlpatterns = [path("pseudonyms/", Pseudonyms.as_view()), path("pong/", Pong.as_view())]


def issue(house: House, *scopes: str, partner: str = "") -> tuple[ApiKey, dict[str, str]]:
    """Issue a key; return it with the header that sends it."""
    with house.bound():
        key, secret = ApiKey.issue(
            organization=house.organization,
            name="test",
            scopes=list(scopes),
            partner=house.partners.get(partner),
            now=T0,
        )
    return key, {"Authorization": f"Bearer {secret}"}


def problem(response: Any, status: int) -> dict[str, Any]:
    """Return the problem document of an answer."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    return body


def test_a_key_sees_its_organization_and_a_partners_key_its_partner(cast: Cast, client: Client) -> None:
    acme = cast.acme
    everybody = sorted(patient.pseudonym for patient in acme.patients)
    _, whole = issue(acme, "patients:read")
    _, north = issue(acme, "patients:read", partner="north")
    assert client.get("/pseudonyms/", headers=whole).json() == everybody
    assert client.get("/pseudonyms/", headers=north).json() == [acme.patients[0].pseudonym]
    assert scope_of(connection) is None


def test_the_secret_is_not_stored(cast: Cast) -> None:
    key, header = issue(cast.acme)
    secret = header["Authorization"].removeprefix("Bearer ")
    assert bytes(key.key_hash) == hash_key(secret)
    assert secret.startswith("cxk_")
    assert key.shown_prefix == secret[:12]
    assert secret not in str(vars(key))


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer cxk_unknown", "Basic cxk_x", "Bearer a b", "Bearer \xe9"])
def test_a_missing_or_unknown_key_is_refused(cast: Cast, client: Client, sent: str | None) -> None:
    response = client.get("/pong/", headers={"Authorization": sent} if sent is not None else {})
    assert problem(response, 401)["detail"] == "The key is missing, unknown, expired or revoked."
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("change", [{"revoked_at": T0}, {"expires_at": T0}])
def test_a_revoked_or_expired_key_is_refused(cast: Cast, client: Client, change: dict[str, Any]) -> None:
    key, header = issue(cast.acme)
    assert client.get("/pong/", headers=header).status_code == 200
    with cast.acme.bound():
        ApiKey.objects.filter(pk=key.pk).update(**change)
    problem(client.get("/pong/", headers=header), 401)
    assert scope_of(connection) is None


def test_revoking_twice_keeps_the_first_time(cast: Cast) -> None:
    key, _ = issue(cast.acme)
    with cast.acme.bound():
        key.revoke(now=T0)
        key.revoke(now=T0 + timedelta(days=1))
        key.refresh_from_db()
        assert key.revoked_at == T0
        assert not ApiKey.objects.usable(now=timezone.now()).exists()


def test_a_scope_that_the_key_lacks_is_refused(cast: Cast, client: Client) -> None:
    _, header = issue(cast.acme, "patients:write")
    problem(client.get("/pseudonyms/", headers=header), 403)


def test_a_method_without_a_declared_scope_is_refused(cast: Cast, client: Client) -> None:
    _, header = issue(cast.acme, "patients:read", "programs:write", "*")
    problem(client.delete("/pseudonyms/", headers=header), 403)
    problem(client.options("/pseudonyms/", headers=header), 403)


def test_errors_name_the_fields_and_undo_what_was_written(cast: Cast, client: Client) -> None:
    _, header = issue(cast.acme, "programs:write")
    body = {"name": "far too long a name", "tags": [1, "x"]}
    answer = problem(client.post("/pseudonyms/", body, content_type="application/json", headers=header), 400)
    assert [(error["pointer"], error["code"]) for error in answer["errors"]] == [
        ("/name", "max_length"),
        ("/tags/1", "invalid"),
    ]
    with cast.acme.bound():
        assert Program.objects.get().name == "acme brand program"


def test_what_was_accepted_is_kept(cast: Cast, client: Client) -> None:
    _, header = issue(cast.acme, "programs:write")
    response = client.post("/pseudonyms/", {"name": "Short"}, content_type="application/json", headers=header)
    assert response.status_code == 201
    with cast.acme.bound():
        assert Program.objects.get().name == "Short"


def test_broken_json_and_other_formats_are_problems(cast: Cast, client: Client) -> None:
    _, header = issue(cast.acme, "programs:write")
    problem(client.post("/pseudonyms/", "{", content_type="application/json", headers=header), 400)
    problem(client.post("/pseudonyms/", "x=1", content_type="application/x-www-form-urlencoded", headers=header), 415)


def test_a_session_opens_no_api(cast: Cast, client: Client) -> None:
    client.force_login(cast.acme.members["admin"].user)
    problem(client.get("/pong/"), 401)
