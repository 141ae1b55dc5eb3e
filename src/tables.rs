//! `quarterdeck tables`: the canonical tables, their columns, and a tenant's rows in them.

use anyhow::Result;
use quarterdeck_engine::contract::{SYSTEM_COLUMNS, TableContract};

use crate::cli::TablesArguments;
use crate::config::Config;
use crate::home::Home;
use crate::output;

pub(crate) async fn run(config: Config, arguments: TablesArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    if let Some(table) = &arguments.table {
        return describe(home.engine.contracts().get(table)?);
    }
    let session = match &arguments.tenant {
        Some(tenant) => Some(home.session(tenant, None).await?),
        None => None,
    };
    for contract in home.engine.contracts().iter() {
        let rows = session.as_ref().map(|session| format!("{:>10} rows  ", session.rows_of(&contract.name))).unwrap_or_default();
        output::line(format!("{:<22} {rows}{}", contract.name, contract.about))?;
    }
    Ok(())
}

fn describe(contract: &TableContract) -> Result<()> {
    output::line(format!("{}: {}", contract.name, contract.about))?;
    output::line(format!(
        "domain {}, retention {}, key ({}), ordered by {}\n",
        contract.domain,
        contract.retention,
        contract.primary_key.join(", "),
        contract.order_by.join(", ")
    ))?;
    for column in &contract.columns {
        let options = column.options.iter().map(|(key, value)| format!(" {key}={value}")).collect::<String>();
        let required = if column.required { " not null" } else { "" };
        output::line(format!(
            "  {:<22} {}{required}{options}\n  {:<22}   {}",
            column.name, column.data_type, "", column.comment
        ))?;
    }
    output::line("\nevery table also has:")?;
    for (name, meaning) in SYSTEM_COLUMNS {
        output::line(format!("  {name:<22} {meaning}"))?;
    }
    Ok(())
}
