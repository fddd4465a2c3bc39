"""The closed word lists of the rulebook's YAML. Events have their sentences in core/words/rulebook.yaml."""

DOMAINS = ("property", "demands", "mediation", "supervision", "emergency", "care", "grids", "community", "partners", "staff", "records")
"""The files, in the order they are shown within a section."""

EVENTS = (
    "reported", "received", "accepted", "found", "notified", "published", "bill_due", "happened", "on_site", "contacted", "feedback",
    "verified", "reviewed", "first_reviewed", "settled", "council_held", "street_told", "supplied", "done", "suspended", "penalty",
    "festival_held", "supplement",
)  # fmt: skip
ACTS = (
    "call", "visit", "file_update", "assessment", "session", "patrol", "meeting_party_committee", "meeting_party_joint",
    "meeting_representatives", "meeting_partners", "supervision_check", "service_assessment", "reconciliation", "drill", "special_training",
    "staff_training", "group_counselling", "rotation", "scorecard", "fund_report", "follow_up_round", "greening_council", "talk_day",
    "archive_inspection", "results_published",
)  # fmt: skip
UNITS = (
    "share", "household", "household_per_worker", "household_per_representative", "person", "worker", "post", "hour_per_person_month", "year",
    "month", "yuan", "yuan_per_month", "kind", "day", "time", "megabyte", "bit",
)  # fmt: skip
