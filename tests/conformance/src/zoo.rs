//! The zoo: trained models of every family, with vectors. `tests/fixtures/models/README.md` says how they were made.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::vectors::fixture;

/// What `zoo.json` says of a model.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct About {
    /// Which family of models it stands for.
    pub family: String,
    /// The library that trained it.
    pub trainer: String,
    /// The data set.
    pub data: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Float outputs that must have onnxruntime's bits. Integer outputs must anyway.
    #[serde(default)]
    pub exact: Vec<String>,
    /// Whether it is made where it is tested, as it is too large to commit.
    #[serde(default)]
    pub large: bool,
    /// Length of the ONNX file.
    #[serde(default)]
    pub bytes: u64,
    /// What the outputs are measured against besides onnxruntime: `float64`, or `onnxruntime` alone.
    #[serde(default)]
    pub reference: String,
    /// Largest change of an output, as a part of its largest magnitude, when onnxruntime is given the same inputs moved by
    /// one unit in the last place.
    #[serde(default)]
    pub moved_by_an_ulp: f64,
    /// Why a small change of an input may change an output much; empty for most.
    #[serde(default)]
    pub chaotic: String,
    /// Of a chaotic model, the cases where onnxruntime's own answer moves by more than the tolerance when one float of the
    /// inputs moves by one unit in the last place, and how far, as a part of the output's largest magnitude.
    #[serde(default)]
    pub chaotic_cases: BTreeMap<usize, f64>,
}

/// One model and where its files are.
#[derive(Clone, Debug)]
pub struct ZooModel {
    /// Its name.
    pub name: String,
    /// The folder that holds NAME.onnx and NAME.npz.
    pub folder: PathBuf,
    /// What it is.
    pub about: About,
}

impl ZooModel {
    /// The ONNX file.
    pub fn onnx(&self) -> PathBuf {
        self.folder.join(format!("{}.onnx", self.name))
    }

    /// The vectors.
    pub fn vectors(&self) -> PathBuf {
        self.folder.join(format!("{}.npz", self.name))
    }
}

/// The cache folder of the models that are not committed.
pub fn cache() -> PathBuf {
    let home = || env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".cache/praxis-zoo");
    env::var_os("PRAXIS_ZOO").map_or_else(home, PathBuf::from)
}

/// The hand-written operator graphs and the demo's strategy, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn operators() -> io::Result<Vec<ZooModel>> {
    let mut names: Vec<String> = fs::read_dir(fixture(""))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".onnx").map(str::to_owned))
        .collect();
    names.sort();
    let about = || About { family: "operators".to_owned(), reference: "float64".to_owned(), ..About::default() };
    Ok(names.into_iter().map(|name| ZooModel { name, folder: fixture(""), about: about() }).collect())
}

/// The committed models of the zoo.
///
/// # Errors
/// When their list cannot be read.
pub fn committed() -> io::Result<Vec<ZooModel>> {
    read(&fixture("zoo"))
}

/// The large models, where `./dev zoo` or a test has made them; none otherwise.
///
/// # Errors
/// When their list is there and cannot be read.
pub fn large() -> io::Result<Vec<ZooModel>> {
    read_if_there(&cache().join("models"))
}

/// The survey of exporters' defaults, where `./dev zoo --survey` has made it; none otherwise.
///
/// # Errors
/// When its list is there and cannot be read.
pub fn survey() -> io::Result<Vec<ZooModel>> {
    read_if_there(&cache().join("survey"))
}

fn read_if_there(folder: &Path) -> io::Result<Vec<ZooModel>> {
    if folder.join("zoo.json").exists() { read(folder) } else { Ok(Vec::new()) }
}

fn read(folder: &Path) -> io::Result<Vec<ZooModel>> {
    let text = fs::read(folder.join("zoo.json"))?;
    let models: BTreeMap<String, About> = serde_json::from_slice(&text)?;
    let model = |(name, about)| ZooModel { name, folder: folder.to_owned(), about };
    Ok(models.into_iter().map(model).collect())
}
