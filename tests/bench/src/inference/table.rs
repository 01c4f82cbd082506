//! The results as a table or as JSON.

use std::collections::BTreeMap;

use anyhow::Result;
use praxis_inference::Isa;
use serde::Serialize;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engines {
    /// onnxruntime.
    Onnxruntime,
    /// tract.
    Tract,
    /// Praxis on AVX2 with FMA.
    Avx2,
    /// Praxis on AVX-512.
    Avx512,
}

impl Engines {
    /// Its name in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Onnxruntime => "onnxruntime",
            Self::Tract => "tract",
            Self::Avx2 => "praxis avx2",
            Self::Avx512 => "praxis avx512",
        }
    }
}

/// One model.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    model: String,
    family: String,
    /// Length of the ONNX file.
    bytes: u64,
    /// Seconds per inference.
    pub(crate) times: BTreeMap<Engines, f64>,
    /// Why Praxis does not import it.
    pub(crate) refused: Option<String>,
    /// Engines that do not run it, and why; outputs that differ.
    pub(crate) notes: Vec<String>,
}

impl Row {
    /// A model without results.
    pub(crate) fn new(model: &str, family: &str, bytes: u64) -> Self {
        Self {
            model: model.to_owned(),
            family: family.to_owned(),
            bytes,
            times: BTreeMap::new(),
            refused: None,
            notes: Vec::new(),
        }
    }

    fn ratio(&self, ours: Engines, theirs: Engines) -> Option<f64> {
        Some(self.times.get(&ours)? / self.times.get(&theirs)?)
    }
}

/// The ratios that are printed, with the head of their column.
const RATIOS: [(&str, Engines, Engines); 4] = [
    ("avx2/ort", Engines::Avx2, Engines::Onnxruntime),
    ("512/ort", Engines::Avx512, Engines::Onnxruntime),
    ("avx2/tract", Engines::Avx2, Engines::Tract),
    ("512/tract", Engines::Avx512, Engines::Tract),
];
const TIMES: [Engines; 4] = [Engines::Onnxruntime, Engines::Tract, Engines::Avx2, Engines::Avx512];

/// Prints a row, under the heads of the columns if it is the first.
pub(crate) fn print_row(first: bool, row: &Row) {
    if first {
        println!(
            "Microseconds per inference at batch 1 on one thread; ratios are ours to theirs, below 1 is faster.\n"
        );
        let ratios = RATIOS.map(|(head, ..)| format!("{head:>10}")).join(" |");
        println!("| {:<24} | {:>9} | {:>9} | {:>9} | {:>9} |{ratios} |", "model", "ort", "tract", "avx2", "avx512");
        println!("|{}|{}{}", "-".repeat(26), "----------:|".repeat(4), "----------:|".repeat(RATIOS.len()));
    }
    let time = |engine| row.times.get(&engine).map_or("-".to_owned(), |seconds| format!("{:.2}", seconds * 1e6));
    let times = TIMES.map(|engine| format!("{:>9}", time(engine))).join(" | ");
    let ratio = |ours, theirs| row.ratio(ours, theirs).map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
    let ratios = RATIOS.map(|(_, ours, theirs)| format!("{:>10}", ratio(ours, theirs))).join(" |");
    println!("| {:<24} | {times} |{ratios} |", row.model);
}

/// One number over all models.
#[derive(Debug, Serialize)]
struct Summary {
    ratio: &'static str,
    models: usize,
    geometric_mean: f64,
    largest: f64,
    largest_model: String,
}

fn summaries(rows: &[Row]) -> Vec<Summary> {
    let summary = |&(ratio, ours, theirs): &(&'static str, Engines, Engines)| {
        let found: Vec<(f64, &str)> =
            rows.iter().filter_map(|row| Some((row.ratio(ours, theirs)?, row.model.as_str()))).collect();
        let (largest, model) = found.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let geometric_mean = (found.iter().map(|(ratio, _)| ratio.ln()).sum::<f64>() / found.len() as f64).exp();
        let largest_model = (*model).to_owned();
        Some(Summary { ratio, models: found.len(), geometric_mean, largest: *largest, largest_model })
    };
    RATIOS.iter().filter_map(summary).collect()
}

/// Prints means, the worst, and everything that was said about a model.
pub(crate) fn print_summary(rows: &[Row], onnxruntime: Option<&str>) {
    println!("\n| ratio | models | geometric mean | largest | of |\n|---|---:|---:|---:|---|");
    for Summary { ratio, models, geometric_mean, largest, largest_model } in summaries(rows) {
        println!("| {ratio} | {models} | {geometric_mean:.3} | {largest:.2} | {largest_model} |");
    }
    println!("\nonnxruntime {}, tract 0.23; {}", onnxruntime.unwrap_or("not measured"), processor());
    for row in rows {
        for note in row.refused.iter().map(|why| format!("refused: {why}")).chain(row.notes.iter().cloned()) {
            println!(
                "{}: {}",
                row.model,
                note.lines().next().unwrap_or_default().chars().take(160).collect::<String>()
            );
        }
    }
}

/// Prints everything as one JSON document.
pub(crate) fn print_json(rows: &[Row], onnxruntime: Option<&str>) -> Result<()> {
    let sets: Vec<&str> = Isa::available().into_iter().map(Isa::name).collect();
    let document = serde_json::json!({
        "processor": processor(), "instructionSets": sets, "onnxruntime": onnxruntime,
        "models": rows, "summary": summaries(rows),
    });
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// The processor's name, as Linux gives it.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("an unknown processor", |(_, name)| name).to_owned()
}
