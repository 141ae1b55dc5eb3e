//! `quarterdeck totals`: control totals of a source from a file, as its system would post them.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Utc};
use quarterdeck_control::CONTROL_TOTALS_MAX;
use quarterdeck_ingest::door::{ControlTotal, NotKept, control_totals_of};

use crate::cli::TotalsArguments;
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::kept_totals::{Holder, KeptTotals};
use crate::output;
use crate::totals_file;

pub(crate) async fn run(config: Config, arguments: TotalsArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let tenant = home.tenant(&arguments.tenant).await?;
    let mut totals = read(&arguments.file)?;
    if !arguments.table.is_empty() {
        totals.retain(|total| arguments.table.contains(&total.table));
    }
    let told = totals.len();
    totals.retain(|total| home.engine.contracts().get(&total.table).map_or(true, |contract| contract.counted_on.is_some()));
    let instance = arguments.instance.as_deref().unwrap_or(&arguments.source);
    let holder = Holder { tenant: &tenant.id, source: &arguments.source, instance, currency: None };
    let (left_out, kept) = (told - totals.len(), totals.len());
    let changed = keep(&KeptTotals::new(home.control.clone(), home.engine.clone()), holder, totals, clock::now()).await?;
    if left_out > 0 {
        eprintln!("{left_out} left out: the records of their tables belong to no day");
    }
    output::line(format!("{kept} control totals of {} ({instance}) kept, {changed} of them new or changed", arguments.source))
}

async fn keep(store: &KeptTotals, holder: Holder<'_>, totals: Vec<ControlTotal>, posted_at: DateTime<Utc>) -> Result<usize> {
    let mut changed = 0;
    for (part, totals) in totals.chunks(CONTROL_TOTALS_MAX).enumerate() {
        let kept = store.keep_of(holder, totals.to_vec(), posted_at).await;
        changed += kept.map_err(|refused| match refused {
            NotKept::Wrong { index, field, reason } => {
                anyhow!("control total {}: `{field}`: {reason}", part * CONTROL_TOTALS_MAX + index + 1)
            }
            NotKept::Unreachable(error) => anyhow!(error),
        })?;
    }
    Ok(changed)
}

fn read(file: &Path) -> Result<Vec<ControlTotal>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let context = || format!("in {}", file.display());
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => control_totals_of(&bytes).map_err(|wrong| anyhow!(wrong)).with_context(context),
        Some("csv") => totals_file::read(&bytes).with_context(context),
        _ => bail!("{}: write control totals as .json or .csv", file.display()),
    }
}
