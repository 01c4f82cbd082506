use std::collections::BTreeMap;

use praxis_model::Tensor;

use crate::{ImportError, limits::shown};

/// What the caller decides about an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Shapes of inputs by name, for files that leave dimensions open.
    pub shapes: BTreeMap<String, Vec<u32>>,
    /// Inputs that become constants of the model, by name: sizes, axes and the like that a Plan has to know.
    pub frozen: BTreeMap<String, Tensor>,
    /// Makes float32 of the float64 inputs, constants and conversions of the file.
    pub to_float32: bool,
}

impl ImportOptions {
    /// Adds a shape written as on the command line: `name=1,64`. The name is all before the last `=`; `name=` alone makes
    /// a scalar.
    ///
    /// # Errors
    /// [`ImportError::ShapeOption`] where it does not read so, or gives one input two shapes.
    pub fn add_shape(&mut self, text: &str) -> Result<(), ImportError> {
        let (name, given) = text.rsplit_once('=').unwrap_or((text, ""));
        let wrong = |why: String| ImportError::ShapeOption { name: name.to_owned(), given: shown(given), why };
        if name.is_empty() || !text.contains('=') {
            return Err(wrong("write it as NAME=1,64".to_owned()));
        }
        let dims = given.split(',').filter(|_| !given.is_empty()).map(|dim| {
            let dim = dim.trim();
            dim.parse::<u32>()
                .ok()
                .filter(|&d| d > 0)
                .ok_or_else(|| wrong(format!("\"{}\" is not a positive number; write it as NAME=1,64", shown(dim))))
        });
        let shape = dims.collect::<Result<Vec<_>, _>>()?;
        match self.shapes.insert(name.to_owned(), shape) {
            None => Ok(()),
            Some(_) => Err(wrong("this input already has a --shape".to_owned())),
        }
    }
}
