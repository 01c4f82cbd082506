use core::fmt;

use praxis_model::DType;

use crate::limits::shown;

/// Something that the importer decided and the caller should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An input's first dimension is open in the file and became 1.
    BatchOfOne {
        /// The input.
        input: String,
    },
    /// Weights whose magnitude is below 2^-40 (float64: 2^-459) count as zero in dot products and became zero.
    ZeroedWeights {
        /// The operator that reads them, with the node's name.
        node: String,
        /// How many became zero.
        zeroed: u64,
        /// How many there are.
        total: u64,
    },
    /// Weights that would count as zero in dot products were saved: their columns are multiplied by powers of two, and the
    /// results by the inverse ones.
    RescaledWeights {
        /// The operator that reads them, with the node's name.
        node: String,
        /// How many were saved.
        saved: u64,
        /// How many there are.
        total: u64,
    },
    /// A normalisation became part of the weights of the convolution before it, as onnxruntime does it.
    FoldedNormalization {
        /// The operator, with the node's name.
        node: String,
    },
    /// The file declares another shape for an output than the one that follows from its nodes.
    OutputShape {
        /// The output.
        output: String,
        /// What the file says.
        declared: String,
        /// What follows.
        computed: Vec<u32>,
    },
    /// The file declares another width of float for an output than the one that follows from its nodes.
    OutputType {
        /// The output.
        output: String,
        /// What the file says.
        declared: DType,
        /// What follows.
        computed: DType,
    },
    /// float64 inputs, constants and conversions became float32, as the caller asked.
    ToFloat32,
    /// Strings became their positions in this list; the Plan has it as the output's labels.
    Labels {
        /// The output.
        output: String,
        /// The strings.
        names: Vec<String>,
    },
    /// A list of maps became the tensor of its values; each column stands for a key.
    Maps {
        /// The output.
        output: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BatchOfOne { input } => {
                let input = shown(input);
                write!(
                    f,
                    "the first dimension of the input \"{input}\" is open in the file; it is taken as a batch of 1"
                )
            }
            Self::ZeroedWeights { node, zeroed, total } => {
                write!(f, "{node}: {zeroed} of {total} weights are too small for dot products and became zero")
            }
            Self::RescaledWeights { node, saved, total } => {
                write!(f, "{node}: {saved} of {total} weights are too small for dot products; their columns are scaled")
            }
            Self::OutputType { output, declared, computed } => {
                let output = shown(output);
                write!(f, "the file declares the output \"{output}\" as {declared}, its nodes give {computed}")
            }
            Self::ToFloat32 => f.write_str("float64 inputs, constants and conversions became float32"),
            Self::Labels { output, names } => {
                let list: Vec<_> =
                    names.iter().take(8).zip(0..).map(|(name, at)| format!("{at} {}", shown(name))).collect();
                let more = if names.len() > list.len() { ", …" } else { "" };
                write!(f, "the output \"{}\" gives labels by number: {}{more}", shown(output), list.join(", "))
            }
            Self::Maps { output } => {
                let output = shown(output);
                write!(
                    f,
                    "the output \"{output}\" is a list of maps in the file; it gives their values, a column for each key"
                )
            }
            Self::FoldedNormalization { node } => {
                write!(f, "{node}: it became part of the weights of the convolution before it")
            }
            Self::OutputShape { output, declared, computed } => {
                let output = shown(output);
                write!(f, "the file declares the output \"{output}\" as {declared}, its nodes give {computed:?}")
            }
        }
    }
}
