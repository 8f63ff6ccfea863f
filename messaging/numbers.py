"""Telephone numbers in one written form."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

DEFAULT_REGION = "US"


def e164(value: str, *, region: str = DEFAULT_REGION) -> str:
    """Return a telephone number in its international form, such as +13125550199; "" when it cannot be read as one.

    region: the country of numbers without a country code, as two letters (ISO 3166-1).
    Source: ITU-T E.164, by the numbering plans of phonenumbers.
    """
    try:
        number = phonenumbers.parse(value, region.upper() or DEFAULT_REGION)
    except NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
