//! What the name of an activity says of its outcome: the rule by which process logs in XES are read too.

/// The status of a step by its name.
pub(super) fn of_step(activity: &str) -> &'static str {
    if says(activity, &["reject"]) {
        "rejected"
    } else if says(activity, &["hold"]) {
        "held"
    } else if says(activity, &["fail", "error", "cancel", "abort"]) {
        "failed"
    } else {
        "succeeded"
    }
}

/// The status of a run by the name of its last step.
pub(super) fn of_run(last_activity: &str) -> &'static str {
    if says(last_activity, &["reject"]) {
        "rejected"
    } else if says(last_activity, &["fail", "error", "abort"]) {
        "failed"
    } else if says(last_activity, &["cancel"]) {
        "cancelled"
    } else {
        "succeeded"
    }
}

/// Whether a word of `activity` begins with one of `stems`.
fn says(activity: &str, stems: &[&str]) -> bool {
    let activity = activity.to_lowercase();
    activity.split(|letter: char| !letter.is_alphanumeric()).any(|word| stems.iter().any(|stem| word.starts_with(stem)))
}
