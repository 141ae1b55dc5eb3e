//! Process domains and personal data, as options of the commands that give somebody a part of the records.

use clap::Args;
use quarterdeck_control::Domains;

/// Which part of the records.
#[derive(Debug, Args)]
pub(crate) struct PartArguments {
    /// Only this process domain, such as service; may be given again [default: all]
    #[arg(long = "domain", value_name = "DOMAIN")]
    domains: Vec<String>,
    /// With personal data: columns of class pii are null without it
    #[arg(long)]
    pub(crate) personal: bool,
}

impl PartArguments {
    /// All, unless some are named.
    pub(crate) fn domains(&self) -> Domains {
        if self.domains.is_empty() { Domains::All } else { Domains::Only(self.domains.iter().cloned().collect()) }
    }
}

/// As it is listed: `all`, or names with blanks between.
pub(crate) fn shown(domains: &Domains) -> String {
    match domains {
        Domains::All => "all".to_owned(),
        Domains::Only(names) => names.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
    }
}

/// As it is listed.
pub(crate) fn yes_or_no(value: bool) -> Option<String> {
    Some(if value { "yes" } else { "no" }.to_owned())
}
