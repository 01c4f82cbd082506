//! What people and scripts see: tables and progress for the one, one JSON document for the other.

use crate::failure::Failure;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::{
    cell::Cell,
    io::{IsTerminal, Write},
    time::Duration,
};

/// Where a command's words go. With `--json`, standard output gets one document and nothing else.
pub(crate) struct Ui {
    json: bool,
    /// The one document has been printed.
    documented: Cell<bool>,
}

impl Ui {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json, documented: Cell::new(false) }
    }

    /// A line for people, on standard output.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            write_line(&mut std::io::stdout(), text.as_ref());
        }
    }

    /// The one document for scripts.
    pub(crate) fn document(&self, value: &Value) {
        if self.json && !self.documented.replace(true) {
            write_line(&mut std::io::stdout(), &value.to_string());
        }
    }

    /// A table for people.
    pub(crate) fn table(&self, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        if self.json {
            return;
        }
        let mut table = Table::new();
        table.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        if !std::io::stdout().is_terminal() {
            // Piped output keeps hashes in one piece.
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        if !header.is_empty() {
            table.set_header(header);
        }
        for row in rows {
            table.add_row(row);
        }
        write_line(&mut std::io::stdout(), &table.to_string());
    }

    /// A note beside the result, on standard error.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        write_line(&mut std::io::stderr(), text.as_ref());
    }

    /// Why the command failed. Where the command had something to say all the same, as a verification that found a
    /// difference does, that is the document, and the reason stands on standard error alone.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.document(&serde_json::json!({ "error": failure.message, "code": failure.code }));
        write_line(&mut std::io::stderr(), &format!("error: {}", failure.message));
    }

    fn target(&self) -> ProgressDrawTarget {
        if self.json || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        }
    }

    /// A bar over `total` steps, on standard error and only on a terminal.
    pub(crate) fn bar(&self, total: u64, what: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.target());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what.to_string());
        bar
    }

    /// A spinner while something takes its time.
    pub(crate) fn spinner(&self, what: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.target());
        bar.set_message(what.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// A closed pipe is the reader's choice, not an error of ours.
fn write_line(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
