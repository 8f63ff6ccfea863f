"""What the demo prints when it is ready."""

from collections.abc import Iterator, Mapping
from typing import Any

LINKS_SHOWN = 2


def describe(manifest: Mapping[str, Any]) -> str:
    """Return what to open and whom to sign in as, from the manifest that DESIGN describes (`var/demo.json`)."""
    return "\n".join(
        [
            f"Open {manifest['base_url']}",
            "",
            *(line for organization in manifest["organizations"] for line in _organization(organization)),
            f"  Mail and text messages are written to {manifest['mail_dir']}",
            "  Every person, organization and answer in here is made up.",
            "  Ctrl-C stops everything and keeps the data; make clean removes them.",
            "",
        ]
    )


def _organization(organization: Mapping[str, Any]) -> Iterator[str]:
    users = organization["users"]
    width = max((len(user["email"]) for user in users), default=0)
    yield f"  {organization['slug']}"
    for user in users:
        confined = f", only {user['partner']}" if user.get("partner") else ""
        yield f"    {user['email']:<{width}}   {user['password']}   {user['role']}{confined}"
    for link in organization["survey_links"][:LINKS_SHOWN]:
        yield f"    survey  {link['url']}"
    yield ""
