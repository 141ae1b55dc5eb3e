//! Setting things up: people, roles, tokens, grants, identity providers; and the audit log. Each handler reads, asks the control store's
//! administration, which decides who may, and renders.

pub(crate) mod audit;
pub(crate) mod grants;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod providers;
pub(crate) mod roles;
pub(crate) mod tokens;

use quarterdeck_control::{Administration, Domains};

use crate::auth::Asker;
use crate::state::Dashboards;

/// What whoever asks may set up now.
fn administration<'a>(state: &'a Dashboards, asker: &'a Asker) -> Administration<'a> {
    state.control.administration(&asker.identity, (state.clock)())
}

/// Domains as they are sent: all without a list.
fn domains_of(names: Option<Vec<String>>) -> Domains {
    names.map_or(Domains::All, |names| Domains::Only(names.into_iter().collect()))
}

fn names_of(domains: &Domains) -> Option<Vec<String>> {
    match domains {
        Domains::All => None,
        Domains::Only(names) => Some(names.iter().cloned().collect()),
    }
}
