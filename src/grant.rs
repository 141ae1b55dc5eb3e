//! `quarterdeck grant`: what a partner may see of a tenant.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use quarterdeck_control::{Grant, RowFilter};

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::domains::{PartArguments, shown, yes_or_no};
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct GrantArguments {
    #[command(subcommand)]
    action: GrantAction,
}

#[derive(Debug, Subcommand)]
enum GrantAction {
    /// Let a partner see a tenant, or change what of it
    Add {
        /// The partner
        #[arg(long)]
        partner: String,
        /// The tenant
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        part: PartArguments,
        /// Of a table, only the rows whose column holds this value; several of one column widen it
        #[arg(long = "only", value_name = "TABLE.COLUMN=VALUE")]
        rows: Vec<String>,
    },
    /// Take a tenant out of a partner's sight; its tokens stop seeing it at once
    Remove {
        /// The partner
        #[arg(long)]
        partner: String,
        /// The tenant
        #[arg(long)]
        tenant: String,
    },
    /// List what partners may see
    List {
        /// How to print it
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
}

pub(crate) async fn run(config: Config, arguments: GrantArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let administration = home.control.administration_by_owner(clock::now());
    match arguments.action {
        GrantAction::Add { partner, tenant, part, rows } => {
            let tenant = home.tenant(&tenant).await?;
            let new = Grant::new(&partner, &tenant.id, part.domains());
            administration.put_grant(&Grant { pii: part.personal, row_filters: row_filters(&rows)?, ..new }).await?;
            output::line(format!("{partner} sees {}", tenant.id))
        }
        GrantAction::Remove { partner, tenant } => {
            if !administration.remove_grant(&partner, &tenant).await? {
                bail!("`{tenant}` is not granted to `{partner}`: `quarterdeck grant list` shows what is");
            }
            output::line(format!("{partner} sees {tenant} no more"))
        }
        GrantAction::List { format } => {
            let row = |grant: Grant| {
                let only = |filter: &RowFilter| {
                    let values = filter.values.iter().map(String::as_str).collect::<Vec<_>>().join("|");
                    format!("{}.{}={values}", filter.table, filter.column)
                };
                let rows = grant.row_filters.iter().map(only).collect::<Vec<_>>().join(" ");
                let domains = Some(shown(&grant.domains));
                [Some(grant.partner_id), Some(grant.tenant_id), domains, yes_or_no(grant.pii), Some(rows)]
            };
            let rows = administration.grants().await?.into_iter().map(row).collect();
            listing::print(["partner", "tenant", "domains", "personal", "only"], rows, format)
        }
    }
}

/// Row filters as they are written on the command line.
fn row_filters(texts: &[String]) -> Result<Vec<RowFilter>> {
    let mut filters: BTreeMap<(String, String), RowFilter> = BTreeMap::new();
    for text in texts {
        let parts = text.split_once('=').and_then(|(column, value)| Some((column.split_once('.')?, value)));
        let ((table, column), value) = parts.ok_or_else(|| anyhow!("--only `{text}`: write it as orders.country=France"))?;
        let new = || RowFilter { table: table.into(), column: column.into(), values: Default::default() };
        filters.entry((table.into(), column.into())).or_insert_with(new).values.insert(value.to_owned());
    }
    Ok(filters.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_column_widen_it() {
        let texts = ["orders.country=France", "orders.country=A = B", "tickets.team=x"].map(str::to_owned);
        let filters = row_filters(&texts).unwrap();
        assert_eq!(filters.iter().map(|filter| filter.values.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(row_filters(&["orders=France".to_owned()]).unwrap_err().to_string().contains("orders.country=France"));
    }
}
