"""What is left of personal data once it is masked."""

import pytest

from flux_site.api.masking import mask_address, mask_contact, mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Ana Ruiz", "A. R."),
        ("Juniper Ann Sample", "J. A. S."),
        ("Cher", "C."),
        ("  Ana   Ruiz ", "A. R."),
        ("Łukasz O'Neil", "Ł. O."),
        ("", ""),
    ],
)
def test_a_name_becomes_its_initials(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("12 Elm St", "••• Elm St"),
        ("1204B Willow Lane", "••• Willow Lane"),
        ("Elm Cottage", "•••"),
        ("Elm", "•••"),
        ("12", "•••"),
        ("", "•••"),
    ],
)
def test_an_address_loses_its_number_and_one_without_is_hidden(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("contact", "masked"),
    [("713-555-0142", "••••••42"), ("a@b.example", "••••••le"), ("abc", "••••••bc")],
)
def test_a_contact_keeps_two_characters(contact: str, masked: str) -> None:
    assert mask_contact(contact) == masked


@pytest.mark.parametrize("contact", ["", "4", "42"])
def test_a_contact_of_two_characters_is_hidden_whole(contact: str) -> None:
    assert mask_contact(contact) == "••••••"
