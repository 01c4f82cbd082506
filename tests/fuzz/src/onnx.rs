//! Any bytes as an ONNX file.

use praxis_import::{ImportOptions, Imported, import_bytes, inspect_bytes};
use praxis_model::{DType, Plan};

use crate::plan;

/// A message about a file may repeat names of it, cut short.
const MAX_MESSAGE_BYTES: usize = 4_096;

/// Any bytes as an ONNX file: an error of one line or a valid Plan, the same Plan each time, which runs alike on every
/// instruction set.
pub fn onnx_import(bytes: &[u8]) {
    let options = ImportOptions::default();
    let inspected = inspect_bytes(bytes, &options);
    let Some(imported) = import(bytes, &options) else { return };
    let summary = inspected.expect("what can be imported can be inspected").plan;
    assert!(summary.is_ok(), "inspection refuses what import takes: {summary:?}");
    let again = import_bytes(bytes, &options).expect("a file that was imported is imported again");
    assert_eq!(again.plan, imported.plan, "one file gives one Plan");
    let is_double = |plan: &Plan| plan.value_types().iter().any(|kind| kind.dtype == DType::F64);
    if is_double(&imported.plan) {
        import(bytes, &ImportOptions { to_float32: true, ..Default::default() });
    }
    plan::check_valid(&imported.plan);
}

fn import(bytes: &[u8], options: &ImportOptions) -> Option<Imported> {
    match import_bytes(bytes, options) {
        Ok(imported) => {
            let decoded = Plan::decode(&imported.plan.encode()).expect("an imported Plan decodes");
            assert_eq!(decoded, imported.plan, "an imported Plan is read back as it was");
            decoded.validate().expect("an imported Plan is valid");
            Some(imported)
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < MAX_MESSAGE_BYTES, "{} bytes of message: {text}", text.len());
            assert!(!text.chars().any(char::is_control), "{text:?}");
            None
        }
    }
}
