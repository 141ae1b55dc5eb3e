//! Random operations against a model: a map of what should be there.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::journal::Position;

#[derive(Debug, Clone)]
enum Operation {
    /// How many at once, and how large.
    Append(u8, usize, usize),
    Read(u8, u8, usize, usize),
    Forget(u8, u8),
    Restart,
}

fn operation() -> impl Strategy<Value = Operation> {
    let tenant = 0..3_u8;
    prop_oneof![
        5 => (tenant.clone(), 1..8_usize, 0..3_000_usize).prop_map(|(tenant, many, size)| Operation::Append(tenant, many, size)),
        3 => (tenant.clone(), 0..30_u8, 1..10_usize, 0..8_000_usize)
            .prop_map(|(tenant, after, most, bytes)| Operation::Read(tenant, after, most, bytes)),
        3 => (tenant, 0..30_u8).prop_map(|(tenant, through)| Operation::Forget(tenant, through)),
        1 => Just(Operation::Restart),
    ]
}

type Model = BTreeMap<(u8, Position), Vec<u8>>;

async fn run(operations: Vec<Operation>) {
    let folder = tempfile::tempdir().unwrap();
    // Small enough that entries reach sorted files.
    let limits = JournalLimits { memtable_bytes: 1 << 20, ..JournalLimits::default() };
    let open = || LocalJournal::open(folder.path(), &limits).unwrap();
    let (mut journal, mut model, mut byte) = (Some(open()), Model::new(), 0_u8);
    let mut highest = [0; 3];
    for operation in operations {
        let current = journal.as_ref().unwrap();
        match operation {
            Operation::Append(tenant, many, size) => {
                byte = byte.wrapping_add(1);
                let body = vec![byte; size];
                let name = format!("t{tenant}");
                let appends = (0..many).map(|_| current.append(&name, entry(body.clone())));
                for position in futures::future::join_all(appends).await {
                    let position = position.unwrap();
                    assert!(model.insert((tenant, position), body.clone()).is_none(), "position {position} twice");
                    highest[usize::from(tenant)] = position.max(highest[usize::from(tenant)]);
                }
            }
            Operation::Read(tenant, after, most, bytes) => {
                let read = current.read(&format!("t{tenant}"), u64::from(after), most, bytes).await.unwrap();
                let expected: Vec<_> =
                    model.range((tenant, u64::from(after) + 1)..=(tenant, u64::MAX)).take(read.len()).collect();
                assert_eq!(read.len(), expected.len());
                assert!(
                    read.iter().zip(expected).all(|((at, entry), ((_, position), body))| at == position && &entry.body == body)
                );
                assert!(!read.is_empty() || model.range((tenant, u64::from(after) + 1)..=(tenant, u64::MAX)).next().is_none());
            }
            Operation::Forget(tenant, through) => {
                current.forget(&format!("t{tenant}"), u64::from(through)).await.unwrap();
                model.retain(|(of, position), _| *of != tenant || *position > u64::from(through));
            }
            Operation::Restart => {
                drop(journal.take());
                journal = Some(open());
            }
        }
        let current = journal.as_ref().unwrap();
        for tenant in 0..3_u8 {
            let count = model.range((tenant, 0)..=(tenant, u64::MAX)).count() as u64;
            assert_eq!(current.waiting(&format!("t{tenant}")).await.unwrap().entries, count);
        }
    }
    for tenant in 0..3_u8 {
        let next = journal.as_ref().unwrap().append(&format!("t{tenant}"), entry("last")).await.unwrap();
        assert!(next > highest[usize::from(tenant)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn does_what_the_model_does(operations in prop::collection::vec(operation(), 1..60)) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(run(operations));
    }
}
