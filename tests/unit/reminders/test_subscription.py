from hypothesis import given
from hypothesis import strategies as st

from tocsin.reminders.lead import DEFAULT_LEADS
from tocsin.reminders.subscription import ALL, Subscription, settle_choices, settle_leads


@given(st.sets(st.sampled_from(["ruins", "altars", "fights"])))
def test_all_says_everything(choices: set[str]) -> None:
    """Beside `all` nothing else needs to be kept."""
    assert settle_choices(choices) == choices
    assert settle_choices(choices | {ALL}) == {ALL}


def test_whoever_chooses_no_lead_gets_the_usual_ones() -> None:
    """No lead means the default; chosen ones are put in order."""
    assert settle_leads([]) == DEFAULT_LEADS
    assert settle_leads([0, 3_600, 0]) == (3_600, 0)


def test_a_subscription_asks_for_each_pair() -> None:
    """Every choice at every lead."""
    asked = Subscription(1, 2, frozenset({"ruins", "altars"}), (3_600, 0))
    assert asked.pairs() == {("ruins", 3_600), ("ruins", 0), ("altars", 3_600), ("altars", 0)}
