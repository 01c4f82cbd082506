"""Writes the node tests of the installed onnx package where the `backend` program reads them.

    python export.py FOLDER

One folder for each test: `model.onnx`, `data.npz` with the arrays `in.<name>` and `out.<name>`, and `test.json`: what is
frozen (inputs that hold sizes, axes and the like, which a Plan has to know), the tolerances, and what puts a test outside
what a Plan can be (`outside`): types that the precompile's interface does not have.
"""

import hashlib
import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

warnings.filterwarnings("ignore")

# Element types of the precompile's interface.
ALLOWED = {1, 11, 2, 3, 4, 5, 6, 7, 9, 12, 13}

# Inputs that hold shapes, axes, positions or other structure, by operator: None stands for all inputs.
STRUCTURE = {
    "Reshape": [1], "Expand": [1], "Tile": [1], "ConstantOfShape": [0], "Slice": [1, 2, 3, 4], "Pad": [1, 3],
    "Resize": [1, 2, 3], "Upsample": [1], "TopK": [1], "Split": [1], "SplitToSequence": [1], "Squeeze": [1],
    "Unsqueeze": [1], "OneHot": [1], "Range": [0, 1, 2], "CumSum": [1], "CumProd": [1], "Trilu": [1],
    "CenterCropPad": [1], "Col2Im": [1, 2], "AffineGrid": [1], "MaxUnpool": [2], "DFT": [1, 2], "STFT": [1, 3],
    "MelWeightMatrix": [0, 1, 2, 3, 4], "HannWindow": [0], "HammingWindow": [0], "BlackmanWindow": [0],
    "NonZero": [0], "Compress": [1], "Unique": [0], "NonMaxSuppression": [0, 1, 2, 3, 4], "If": [0], "Loop": [0, 1],
    "SequenceAt": [1], "SequenceInsert": [2], "SequenceErase": [1], "ReduceSum": [1], "ReduceMean": [1],
    "ReduceMax": [1], "ReduceMin": [1], "ReduceProd": [1], "ReduceL1": [1], "ReduceL2": [1], "ReduceLogSum": [1],
    "ReduceLogSumExp": [1], "ReduceSumSquare": [1], "Dropout": [1, 2], "Adagrad": [1], "Adam": [1], "Momentum": [1],
}


def all_nodes(graph):
    """The nodes of a graph and of the bodies of its branches and loops."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from all_nodes(attribute.g)


def frozen_inputs(graph, opset):
    """Names of the graph's inputs that structure depends on, through any number of nodes."""
    nodes = list(all_nodes(graph))
    producers = {name: node for node in nodes for name in node.output if name}
    names = {value.name for value in graph.input}
    wanted, seen = [], set()
    for node in nodes:
        for index in STRUCTURE.get(node.op_type) or []:
            if node.op_type == "Pad" and opset < 11 or node.op_type == "Resize" and opset < 10:
                continue
            if index < len(node.input) and node.input[index]:
                wanted.append(node.input[index])
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        node = producers.get(name)
        # A shape is known without the elements.
        if node is not None and node.op_type not in ("Shape", "Size"):
            wanted.extend(i for i in node.input if i)
            # The outputs of a branch or a loop come from its body.
            bodies = [a.g for a in node.attribute if a.type == onnx.AttributeProto.GRAPH]
            wanted.extend(output.name for body in bodies for output in body.output)
    return sorted(seen & names)


# Operators that no Plan can have.
RANDOM = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
# Tests whose stated outputs hold rounding errors of another library's float32, where the true value is 0: within their
# tolerance (1e-7 absolute) nobody can come who computes the transform more exactly, nor does onnxruntime.
NOISE = {"test_dft_inverse", "test_dft_inverse_opset19"}
STRINGS = {"RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit"}


def nodes_of(graph):
    """All nodes, those of branches and loops included."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from nodes_of(inner)


def outside(model):
    """Why a test's interface is none that a model on the chain can have, or None."""
    for node in nodes_of(model.graph):
        if node.op_type in RANDOM:
            return f"{node.op_type} is random"
        if node.op_type in STRINGS:
            return f"{node.op_type} works on strings"
        if node.op_type == "ImageDecoder":
            return "the shape of ImageDecoder's result depends on data: it stands in the encoded image"
    for role, values in (("input", model.graph.input), ("output", model.graph.output)):
        for value in values:
            kind = value.type.WhichOneof("value")
            if kind != "tensor_type":
                return f"the {role} {value.name} is a {kind.removesuffix('_type')}, not a tensor"
            code = value.type.tensor_type.elem_type
            if code not in ALLOWED:
                return f"the {role} {value.name} has elements of {TensorProto.DataType.Name(code).lower()}"
    return None


def random_dropout(graph, arrays):
    """Whether a Dropout drops anything: in training mode, with a ratio other than 0."""
    for node in graph.node:
        if node.op_type != "Dropout" or len(node.input) < 3:
            continue
        ratio = arrays.get(f"in.{node.input[1]}", np.array(0.5))
        if arrays.get(f"in.{node.input[2]}", np.array(False)).item() and ratio.item() != 0:
            return True
    return False


def main(folder):
    from onnx.backend.test.case.node import collect_testcases

    root = pathlib.Path(folder)
    cases = collect_testcases(None)
    for case in cases:
        place = root / case.name
        place.mkdir(parents=True, exist_ok=True)
        model = case.model
        (place / "model.onnx").write_bytes(model.SerializeToString())
        why = outside(model)
        opset = max([o.version for o in model.opset_import if o.domain in ("", "ai.onnx")] or [28])
        arrays, shapes = {}, {}
        frozen = frozen_inputs(model.graph, opset)
        if why is None:
            inputs, outputs = case.data_sets[0]
            for role, values, data in (("in", model.graph.input, inputs), ("out", model.graph.output, outputs)):
                for value, array in zip(values, data):
                    array = numpy_helper.to_array(array) if isinstance(array, TensorProto) else np.asarray(array)
                    if role == "in":
                        shapes[value.name] = list(array.shape)
                        if array.size == 0:
                            frozen.append(value.name)  # there is nothing to give
                    if role == "out" and array.size == 0:
                        why = f"the output {value.name} has a dimension of 0"
                    arrays[f"{role}.{value.name}"] = np.ascontiguousarray(array).reshape(array.shape)
        if why is None and case.name in NOISE:
            why = "the stated output is the rounding error of another float32 transform; the true value is 0"
        if why is None and random_dropout(model.graph, arrays):
            why = "Dropout in training mode is random"
        np.savez(place / "data.npz", **arrays)
        record = {
            "outside": why,
            "frozen": sorted(set(frozen)),
            "shapes": shapes,
            "rtol": case.rtol,
            "atol": case.atol,
            "operators": sorted({n.op_type for n in model.graph.node}),
        }
        (place / "test.json").write_text(json.dumps(record))
    form = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:16]
    (root / "version").write_text(f"{onnx.__version__} {form} {len(cases)}\n")
    print(f"{len(cases)} tests of onnx {onnx.__version__}")


main(sys.argv[1])
