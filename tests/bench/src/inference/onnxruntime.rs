//! onnxruntime through its C interface, from the shared library of its Python package: one thread, all of its own
//! optimisations, inputs and outputs in buffers that stay where they are.

use std::{
    env,
    ffi::{CStr, CString, c_char, c_int, c_void},
    path::{Path, PathBuf},
    ptr,
};

use anyhow::{Context, Result, anyhow, bail};
use libloading::{Library, Symbol};
use praxis_model::{DType, Tensor};

use super::{case::Case, engine::Engine};

type Handle = *mut c_void;
type Status = *mut c_void;

/// Positions of functions in the interface's table (`OrtApi` of onnxruntime_c_api.h). The table only ever grows at its end.
mod at {
    pub(super) const GET_ERROR_MESSAGE: usize = 2;
    pub(super) const CREATE_ENV: usize = 3;
    pub(super) const CREATE_SESSION_FROM_ARRAY: usize = 8;
    pub(super) const RUN: usize = 9;
    pub(super) const CREATE_SESSION_OPTIONS: usize = 10;
    pub(super) const SET_GRAPH_OPTIMIZATION_LEVEL: usize = 23;
    pub(super) const SET_INTRA_OP_NUM_THREADS: usize = 24;
    pub(super) const SET_INTER_OP_NUM_THREADS: usize = 25;
    pub(super) const CREATE_TENSOR_WITH_DATA: usize = 49;
    pub(super) const CREATE_CPU_MEMORY_INFO: usize = 69;
    pub(super) const RELEASE_STATUS: usize = 93;
    pub(super) const RELEASE_SESSION: usize = 95;
    pub(super) const RELEASE_VALUE: usize = 96;
    pub(super) const RELEASE_SESSION_OPTIONS: usize = 100;
}

/// The version of the interface that is asked for: its first, which has all functions above.
const API_VERSION: u32 = 1;
const LOG_ERRORS: c_int = 3;
const OPTIMISE_ALL: c_int = 99;
const ARENA_ALLOCATOR: c_int = 1;
const DEFAULT_MEMORY: c_int = 0;

#[repr(C)]
struct ApiBase {
    get_api: unsafe extern "C" fn(u32) -> *const Handle,
    get_version: unsafe extern "C" fn() -> *const c_char,
}

/// The loaded library with an environment. Both stay until the process ends, as onnxruntime asks for.
pub(crate) struct Runtime {
    api: *const Handle,
    env: Handle,
    memory: Handle,
    version: String,
    _library: Library,
}

/// Where the trainers' Python environment has the library.
pub(crate) fn installed() -> Result<PathBuf> {
    let home = || env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".cache/praxis-venv");
    let packages = env::var_os("PRAXIS_VENV").map_or_else(home, PathBuf::from).join("lib");
    let inside = |path: PathBuf| path.join("site-packages/onnxruntime/capi");
    let folders =
        std::fs::read_dir(&packages).into_iter().flatten().filter_map(|entry| Some(inside(entry.ok()?.path())));
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let library =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libonnxruntime.so"));
    files.filter_map(|entry| Some(entry.ok()?.path())).find(library).with_context(|| {
        format!("no onnxruntime under {}: ./dev train installs it; or --onnxruntime", packages.display())
    })
}

impl Runtime {
    /// Loads the library at this path.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        // SAFETY: the library is onnxruntime, chosen by whoever runs the benchmark; it has no initialisers with conditions.
        let library = unsafe { Library::new(path) }.with_context(|| path.display().to_string())?;
        // SAFETY: this is the signature of the library's one entry point in every version.
        let base = unsafe { library.get::<unsafe extern "C" fn() -> *const ApiBase>(b"OrtGetApiBase\0") };
        let base: Symbol<'_, unsafe extern "C" fn() -> *const ApiBase> = base?;
        // SAFETY: the entry point returns a table that lives as long as the library, which is kept in `self`; the version is
        // a C string with the same life.
        let (api, version) = unsafe {
            let base = &*base();
            let version = CStr::from_ptr((base.get_version)()).to_string_lossy().into_owned();
            ((base.get_api)(API_VERSION), version)
        };
        if api.is_null() {
            bail!("{} does not have version {API_VERSION} of onnxruntime's interface", path.display());
        }
        let mut runtime = Self { api, env: ptr::null_mut(), memory: ptr::null_mut(), version, _library: library };
        // SAFETY: signatures as in the header for these positions; pointers are to live locals.
        unsafe {
            let create: unsafe extern "C" fn(c_int, *const c_char, *mut Handle) -> Status =
                runtime.function(at::CREATE_ENV);
            let mut env = ptr::null_mut();
            runtime.check(create(LOG_ERRORS, c"praxis-bench".as_ptr(), &mut env))?;
            let memory: unsafe extern "C" fn(c_int, c_int, *mut Handle) -> Status =
                runtime.function(at::CREATE_CPU_MEMORY_INFO);
            let mut info = ptr::null_mut();
            runtime.check(memory(ARENA_ALLOCATOR, DEFAULT_MEMORY, &mut info))?;
            (runtime.env, runtime.memory) = (env, info);
        }
        Ok(runtime)
    }

    /// Its version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The function at a position of the table.
    ///
    /// # Safety
    /// `F` is that function's pointer type.
    unsafe fn function<F: Copy>(&self, position: usize) -> F {
        const { assert!(size_of::<F>() == size_of::<Handle>()) };
        // SAFETY: the table has more entries than any position in `at`; the caller says that the type is right.
        unsafe { (self.api.add(position)).cast::<F>().read() }
    }

    fn check(&self, status: Status) -> Result<()> {
        if status.is_null() {
            return Ok(());
        }
        // SAFETY: a status that is not null is an error that is ours to read and to release.
        unsafe {
            let message: unsafe extern "C" fn(Status) -> *const c_char = self.function(at::GET_ERROR_MESSAGE);
            let text = CStr::from_ptr(message(status)).to_string_lossy().into_owned();
            self.release(at::RELEASE_STATUS, status);
            Err(anyhow!("{text}"))
        }
    }

    fn release(&self, position: usize, handle: Handle) {
        // SAFETY: every release function takes one handle, null included, and each handle is released once.
        unsafe {
            let release: unsafe extern "C" fn(Handle) = self.function(position);
            release(handle);
        }
    }

    fn session(&self, onnx: &[u8]) -> Result<Handle> {
        // SAFETY: signatures as in the header for these positions; the bytes live through the call, which copies them.
        unsafe {
            let options: unsafe extern "C" fn(*mut Handle) -> Status = self.function(at::CREATE_SESSION_OPTIONS);
            let mut chosen = ptr::null_mut();
            self.check(options(&mut chosen))?;
            for (position, value) in [
                (at::SET_INTRA_OP_NUM_THREADS, 1),
                (at::SET_INTER_OP_NUM_THREADS, 1),
                (at::SET_GRAPH_OPTIMIZATION_LEVEL, OPTIMISE_ALL),
            ] {
                let set: unsafe extern "C" fn(Handle, c_int) -> Status = self.function(position);
                self.check(set(chosen, value))?;
            }
            let create: unsafe extern "C" fn(Handle, *const c_void, usize, Handle, *mut Handle) -> Status =
                self.function(at::CREATE_SESSION_FROM_ARRAY);
            let mut session = ptr::null_mut();
            let made = self.check(create(self.env, onnx.as_ptr().cast(), onnx.len(), chosen, &mut session));
            self.release(at::RELEASE_SESSION_OPTIONS, chosen);
            made.map(|()| session)
        }
    }

    /// A value over the tensor's own bytes.
    ///
    /// # Safety
    /// The bytes stay where they are until the value is released.
    unsafe fn value(&self, tensor: &mut Tensor) -> Result<Handle> {
        let shape: Vec<i64> = tensor.shape.iter().map(|&dim| i64::from(dim)).collect();
        type Create = unsafe extern "C" fn(Handle, *mut c_void, usize, *const i64, usize, c_int, *mut Handle) -> Status;
        let mut value = ptr::null_mut();
        // SAFETY: the signature as in the header; data and shape have the stated lengths.
        unsafe {
            let create: Create = self.function(at::CREATE_TENSOR_WITH_DATA);
            let data = tensor.data.as_mut_ptr().cast();
            let kind = c_int::from(tensor.dtype.code());
            let made = create(self.memory, data, tensor.data.len(), shape.as_ptr(), shape.len(), kind, &mut value);
            self.check(made)?;
        }
        Ok(value)
    }
}

/// One output: bytes of ours that it is written to, or a value of strings that each run makes anew.
struct Slot {
    tensor: Option<Tensor>,
    value: Handle,
}

/// A session with bound inputs and outputs.
pub(crate) struct Model<'a> {
    runtime: &'a Runtime,
    session: Handle,
    names: (Vec<CString>, Vec<CString>),
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
}

impl<'a> Model<'a> {
    /// A session for the case.
    pub(crate) fn new(runtime: &'a Runtime, case: &Case) -> Result<Self> {
        let session = runtime.session(&case.onnx)?;
        let names = |names: Vec<&String>| names.into_iter().map(|n| CString::new(n.as_str())).collect::<Result<_, _>>();
        let names = (
            names(case.inputs.iter().map(|(name, _)| name).collect())?,
            names(case.outputs.iter().map(|output| &output.name).collect())?,
        );
        let mut model = Self { runtime, session, names, inputs: Vec::new(), outputs: Vec::new() };
        for (_, tensor) in &case.inputs {
            model.inputs.push(model.slot(tensor.clone())?);
        }
        for output in &case.outputs {
            let slot = if output.strings {
                Slot { tensor: None, value: ptr::null_mut() }
            } else {
                let zeros = Tensor { data: vec![0; output.expected.data.len()], ..output.expected.clone() };
                model.slot(zeros)?
            };
            model.outputs.push(slot);
        }
        Ok(model)
    }

    fn slot(&self, mut tensor: Tensor) -> Result<Slot> {
        // SAFETY: the bytes move with the tensor into the slot, on the heap, where nothing resizes them; `drop` releases the
        // value before them.
        let value = unsafe { self.runtime.value(&mut tensor) }?;
        Ok(Slot { tensor: Some(tensor), value })
    }
}

impl Engine for Model<'_> {
    fn run(&mut self) -> Result<()> {
        type Run = unsafe extern "C" fn(
            Handle,
            Handle,
            *const *const c_char,
            *const Handle,
            usize,
            *const *const c_char,
            usize,
            *mut Handle,
        ) -> Status;
        let names = |names: &[CString]| names.iter().map(|name| name.as_ptr()).collect::<Vec<_>>();
        let (input_names, output_names) = (names(&self.names.0), names(&self.names.1));
        let inputs: Vec<Handle> = self.inputs.iter().map(|slot| slot.value).collect();
        let mut outputs: Vec<Handle> = self.outputs.iter().map(|slot| slot.value).collect();
        // SAFETY: the signature as in the header; all arrays live through the call and have the stated lengths.
        unsafe {
            let run: Run = self.runtime.function(at::RUN);
            let status = run(
                self.session,
                ptr::null_mut(),
                input_names.as_ptr(),
                inputs.as_ptr(),
                inputs.len(),
                output_names.as_ptr(),
                outputs.len(),
                outputs.as_mut_ptr(),
            );
            self.runtime.check(status)?;
        }
        for (slot, value) in self.outputs.iter().zip(outputs) {
            if slot.tensor.is_none() {
                self.runtime.release(at::RELEASE_VALUE, value);
            }
        }
        Ok(())
    }

    fn outputs(&self) -> Result<Vec<Option<Tensor>>> {
        Ok(self.outputs.iter().map(|slot| slot.tensor.clone().filter(|t| t.dtype != DType::Bool)).collect())
    }
}

impl Drop for Model<'_> {
    fn drop(&mut self) {
        for slot in self.inputs.iter().chain(&self.outputs) {
            self.runtime.release(at::RELEASE_VALUE, slot.value);
        }
        self.runtime.release(at::RELEASE_SESSION, self.session);
    }
}
