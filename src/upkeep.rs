//! `quarterdeck upkeep`: what serving does in the background, once and now.

use std::time::Duration;

use anyhow::Result;
use quarterdeck_engine::scope::TenantId;

use crate::cli::UpkeepArguments;
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::output;

const SECONDS_A_MINUTE: u64 = 60;

pub(crate) async fn run(config: Config, arguments: UpkeepArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let tenants = match arguments.tenant {
        Some(tenant) => vec![home.tenant(&tenant).await?],
        None => home.control.tenants().await?,
    };
    for tenant in tenants {
        let id = TenantId::parse(&tenant.id)?;
        let erased = home.engine.resume_erasures(&id, &clock::now).await?;
        if erased > 0 {
            output::line(format!("{}: erased {erased} late copies of what was erased before", tenant.id))?;
        }
        let keep = Duration::from_millis(config.upkeep.keep_files_ms);
        home.engine.remove_erased_files(&id, keep, clock::now()).await?;
        for expired in home.engine.expire(&id, &config.upkeep.retention_days, clock::now()).await? {
            output::line(format!("{}: {}: {} rows are kept no longer", tenant.id, expired.table, expired.rows))?;
        }
        for settled in home.engine.settle(&id, 1, clock::now()).await? {
            output::line(format!(
                "{}: settled {}: {} rows, {} files for {}",
                tenant.id, settled.table, settled.rows, settled.files_added, settled.files_removed
            ))?;
        }
        if let Some(minutes) = arguments.vacuum {
            let removed = home.engine.vacuum(&id, Duration::from_secs(minutes.saturating_mul(SECONDS_A_MINUTE))).await?;
            output::line(format!("{}: removed {removed} files that no table names", tenant.id))?;
        }
    }
    Ok(())
}
