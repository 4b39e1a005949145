//! The keys of the catalogue's files, format 1: what `shape` walks by.

use super::shape::{Key, Shape::*};

const fn must(key: &'static str, shape: super::shape::Shape) -> Key {
    (key, true, shape)
}

const fn may(key: &'static str, shape: super::shape::Shape) -> Key {
    (key, false, shape)
}

const ROLES: &[&str] = &[
    "applicant",
    "representative",
    "front-desk",
    "examiner",
    "inspector",
    "opinion-officer",
    "department-head",
    "approver",
    "governor-delegate",
    "cashier",
    "ombudsman",
    "auditor",
    "operator",
];
const OFFICER_ROLES: &[&str] = &[
    "front-desk",
    "examiner",
    "inspector",
    "opinion-officer",
    "department-head",
    "approver",
    "governor-delegate",
];
const CURRENCIES: &[&str] = &["KHR", "USD"];
const FIELD_TYPES: &[&str] = &[
    "text",
    "khmer-text",
    "latin-text",
    "integer",
    "decimal",
    "money",
    "date",
    "phone",
    "email",
    "national-id",
    "choice",
    "multi-choice",
    "boolean",
    "address",
    "geo-point",
    "table",
    "file",
];

const COLUMN: &[Key] = &field(None);
const FIELD: &[Key] = &field(Some(COLUMN));

/// The keys of a field; of a column, which has no columns itself.
const fn field(columns: Option<&'static [Key]>) -> [Key; 29] {
    [
        must("id", Snake),
        must("type", Word(FIELD_TYPES)),
        must("label", Label),
        must("required", Bool),
        may("hint", Label),
        may("min", Number),
        may("max", Number),
        may("min_length", Whole),
        may("max_length", Whole),
        may("pattern", Text),
        may("decimals", Whole),
        may("currency", Word(CURRENCIES)),
        may("unit", Label),
        may("not_before", Text),
        may("not_after", Text),
        may("visible_when", Condition),
        may("required_when", Condition),
        may("multiline", Bool),
        may("level", Word(&["province", "district", "commune", "village"])),
        may("province", Text),
        may("options", Tables(OPTION)),
        may("min_items", Whole),
        may("max_items", Whole),
        may("min_rows", Whole),
        may("max_rows", Whole),
        may(
            "columns",
            Tables(match columns {
                Some(columns) => columns,
                None => &[],
            }),
        ),
        may("personal", Bool),
        may("assumed", Bool),
        may("from_result", Word(&["number", "valid_until", "issued_on"])),
    ]
}

const OPTION: &[Key] = &[must("value", Text), must("label", Label)];
const SECTION: &[Key] =
    &[must("id", Snake), must("title", Label), may("visible_when", Condition), must("fields", Tables(FIELD))];
const LEGAL_BASIS: &[Key] = &[
    must("id", Kebab),
    must("title", Label),
    may("number", Text),
    may("date", Day),
    may("assumed", Bool),
    may("source", Text),
];
const FEE_RULE: &[Key] = &[
    must("id", Kebab),
    must("label", Label),
    may("when", Condition),
    may("each", Snake),
    must("amount", Condition),
];
const FEE: &[Key] = &[
    must("currency", Word(CURRENCIES)),
    must("when", Word(&["on-submission", "on-approval", "none"])),
    must("base", Whole),
    must("assumed", Bool),
    may("note", Label),
    may("max", Whole),
    may("source", Text),
    may("rules", Tables(FEE_RULE)),
    may("refund", Word(&["before-first-step", "before-decision"])),
];
const PROCESSING_RULE: &[Key] = &[must("when", Condition), must("working_days", Whole), must("label", Label)];
const PROCESSING_TIME: &[Key] = &[
    must("working_days", Whole),
    must("clock", Word(&["stops-while-returned", "runs"])),
    must("assumed", Bool),
    may("source", Text),
    may("rules", Tables(PROCESSING_RULE)),
];
const VALIDITY: &[Key] = &[
    must("kind", Word(&["months", "until-date", "once", "permanent"])),
    may("months", Whole),
    may("until_field", Snake),
    may("renew_from_days_before", Whole),
    must("assumed", Bool),
    may("source", Text),
];
const DOCUMENT: &[Key] = &[
    must("id", Kebab),
    must("name", Label),
    must("required", Bool),
    may("required_when", Condition),
    may("visible_when", Condition),
    may("hint", Label),
    must("formats", Words(&["pdf", "jpeg", "png", "mp4"])),
    must("max_bytes", Whole),
    may("max_files", Whole),
    must("copies", Whole),
    must("original_at_counter", Bool),
    may("issued_within_months", Whole),
    may("assumed", Bool),
];
const CHECK: &[Key] =
    &[must("id", Kebab), must("rule", Condition), must("message", Label), must("fields", Texts)];
const SIGNATURE: &[Key] = &[
    must("required", Bool),
    must("kinds", Words(&["drawn", "thumbprint", "scanned", "digital"])),
    must("statement", Label),
    must("at_collection", Bool),
    may("cosigner", Label),
];
const STEP: &[Key] = &[
    must("id", Kebab),
    must("kind", Word(&["completeness", "examination", "inspection", "opinion", "approval", "issue"])),
    must("title", Label),
    must("role", Word(OFFICER_ROLES)),
    must("department", Kebab),
    must("after", Kebabs),
    must("working_days", Whole),
    may("when", Condition),
    may("distinct_from", Kebabs),
    may("min_approvers", Whole),
    may("photos", Whole),
    may("checklist", Labels),
    may("may_return", Bool),
];
const REVIEW: &[Key] = &[must("assumed", Bool), must("steps", Tables(STEP))];
const RESULT: &[Key] = &[
    must("kind", Word(&["licence", "permit", "certificate", "letter", "registration"])),
    must("title", Label),
    must("number_format", Text),
    must("prints", Texts),
    must("signed_by", Word(OFFICER_ROLES)),
    must("qr", Bool),
    must("assumed", Bool),
];
const REASON: &[Key] = &[
    must("code", Text),
    must("kind", Word(&["return", "refuse"])),
    must("text", Label),
    may("legal_basis", Kebab),
    may("field", Snake),
    may("document", Kebab),
    may("needs_words", Bool),
    may("assumed", Bool),
];

/// `services/<sector>/<service>.toml`
const SILENCE: &[Key] = &[
    must("then", Word(&["escalate", "grant"])),
    must("legal_basis", Kebab),
    must("article", Text),
    must("since", Day),
    may("assumed", Bool),
];

pub(super) const SERVICE: &[Key] = &[
    must("format", Whole),
    must("id", Text),
    must("version", Whole),
    must("valid_from", Day),
    may("withdrawn_on", Day),
    may("withdrawn_reason", Label),
    may("trial_only", Bool),
    must("sector", Kebab),
    must("department", Kebab),
    must("name", Label),
    must("summary", Label),
    must("applicants", Words(&["person", "company"])),
    must("purposes", Words(&["new", "renewal", "amend", "replacement"])),
    must("legal_basis", Tables(LEGAL_BASIS)),
    must("fee", Table(FEE)),
    must("processing_time", Table(PROCESSING_TIME)),
    must("validity", Table(VALIDITY)),
    must("sections", Tables(SECTION)),
    must("documents", Tables(DOCUMENT)),
    may("checks", Tables(CHECK)),
    must("signature", Table(SIGNATURE)),
    must("review", Table(REVIEW)),
    must("result", Table(RESULT)),
    must("reasons", Tables(REASON)),
    may("silence", Table(SILENCE)),
];

const SECTOR: &[Key] = &[
    must("id", Kebab),
    must("order", Whole),
    must("department", Kebab),
    must("name", Label),
    must("short", Label),
    must("summary", Label),
];

/// `sectors.toml`
pub(super) const SECTORS: &[Key] = &[must("format", Whole), must("sectors", Tables(SECTOR))];

const HOLIDAY: &[Key] = &[
    must("date", Day),
    must("name", Label),
    must("status", Word(&["listed", "fixed-unverified", "computed-unverified"])),
    may("source", Text),
];

/// `holidays.toml`
pub(super) const HOLIDAYS: &[Key] =
    &[must("format", Whole), must("note", Text), must("holidays", Tables(HOLIDAY))];

const DESK: &[Key] = &[must("id", Kebab), must("name", Label), must("role", Word(ROLES))];
const HOURS: &[Key] = &[
    must("assumed", Bool),
    must("working_days", Words(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"])),
    must("sessions", Texts),
    must("cutoff", Text),
];
const CONTACT: &[Key] = &[
    must("sample", Bool),
    must("phone", Text),
    must("telegram", Text),
    must("email", Text),
    must("website", Text),
    must("geo_code", Text),
    must("address", Label),
];
const NUMBERING: &[Key] = &[must("request", Text), must("receipt", Text), must("assumed", Bool)];
const KHQR: &[Key] = &[
    must("account", Text),
    may("merchant", Text),
    may("bank", Text),
    must("name", Text),
    must("city", Text),
    may("assumed", Bool),
];
const DEPARTMENT: &[Key] = &[
    must("id", Kebab),
    must("kind", Word(&["office", "line", "unit", "opinion"])),
    may("sector", Kebab),
    must("sample", Bool),
    must("name", Label),
];
const ROLE: &[Key] = &[
    must("id", Word(ROLES)),
    must("assumed", Bool),
    must("name", Label),
    must("may", Texts),
    may("not_with", Words(ROLES)),
];

/// `office.toml`
const OFFICE_REASON: &[Key] = &[
    must("code", Text),
    must(
        "kind",
        Word(&[
            "extend",
            "late",
            "reopen",
            "recuse",
            "reassign",
            "reschedule",
            "exception",
            "waive",
            "transfer",
            "cash",
            "complaint",
            "suspend",
            "revoke",
        ]),
    ),
    must("text", Label),
    may("assumed", Bool),
    may("source", Text),
];

const PERIODS: &[Key] = &[
    may("assumed", Bool),
    may("pay_days", Whole),
    may("correct_days", Whole),
    may("collect_days", Whole),
    may("object_days", Whole),
    may("answer_objection_working_days", Whole),
    may("remind_days", Whole),
    may("warn_working_days", Whole),
    may("extension_max_working_days", Whole),
    may("enter_days", Whole),
];

pub(super) const OFFICE: &[Key] = &[
    must("format", Whole),
    must("id", Kebab),
    must("sample", Bool),
    must("name", Label),
    must("province", Text),
    must("time_zone", Text),
    must("currency", Word(CURRENCIES)),
    must("counters", Tables(DESK)),
    must("hours", Table(HOURS)),
    must("contact", Table(CONTACT)),
    must("numbering", Table(NUMBERING)),
    may("khqr", Table(KHQR)),
    must("departments", Tables(DEPARTMENT)),
    must("roles", Tables(ROLE)),
    may("reasons", Tables(OFFICE_REASON)),
    may("periods", Table(PERIODS)),
];
