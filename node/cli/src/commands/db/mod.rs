//! `praxis db`: looking at, checking, pruning, copying and restoring a node's database.

mod prune;
mod restore;
mod snapshot;
mod stats;
mod verify;

use crate::{
    args::{ChainName, DatabaseArgs, DbCommand},
    commands::block_on,
    failure::Failure,
    ui::Ui,
};
use praxis_storage::{Access, Database, DatabaseOptions};
use std::{path::PathBuf, sync::Arc};

/// Runs one of the commands.
pub(crate) fn run(command: DbCommand, ui: &Ui) -> Result<(), Failure> {
    match command {
        DbCommand::Stats(database) => stats::run(&database, ui),
        DbCommand::Verify(database) => verify::run(&database, ui),
        DbCommand::Prune { database, history } => prune::run(&database, history, ui),
        DbCommand::Snapshot { database, out } => snapshot::run(&database, &out, ui),
        DbCommand::Restore(args) => block_on(restore::run(args, ui)),
    }
}

impl ChainName {
    /// Name of its folder in a data directory.
    const fn folder(self) -> &'static str {
        match self {
            Self::L2 => "l2",
            Self::Verifier => "verifier",
            Self::L1 => "l1",
        }
    }
}

impl DatabaseArgs {
    fn path(&self) -> PathBuf {
        self.datadir.join(self.chain.folder())
    }

    fn open(&self, access: Access) -> Result<Arc<Database>, Failure> {
        Ok(Database::open_existing(self.path(), access, &DatabaseOptions::default())?)
    }
}

/// 12,345,678.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_threes() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(number), text);
        }
    }
}
