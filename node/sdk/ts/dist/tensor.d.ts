/** Tensors: numbers in JavaScript, packed bytes on the chain. */
import { type Hex } from "viem";
/** ONNX's TensorProto.DataType of each element type that models take and give. */
export declare const dtypes: {
    readonly float32: 1;
    readonly uint8: 2;
    readonly int8: 3;
    readonly uint16: 4;
    readonly int16: 5;
    readonly int32: 6;
    readonly int64: 7;
    readonly bool: 9;
    readonly float64: 11;
    readonly uint32: 12;
    readonly uint64: 13;
};
export type DType = keyof typeof dtypes;
/** A tensor as contracts have it: elements in row-major order, little-endian, packed. */
export type Tensor = {
    dtype: number;
    shape: readonly number[];
    data: Hex;
};
/** An element: 64-bit integers are bigints, everything else is a number or (for bool) a boolean. */
export type Element = number | bigint | boolean;
/**
 * A tensor of these elements, in row-major order.
 *
 * @example tensor("float32", [1, 3], [0.5, -1, 2])
 * @throws RangeError when their number is not that of the shape, or one does not fit the type.
 */
export declare function tensor(dtype: DType, shape: readonly number[], values: readonly Element[]): Tensor;
/** The elements of a tensor, in row-major order. */
export declare function elements(given: Tensor): Element[];
/** Name of a tensor's element type. */
export declare function dtypeName(given: Tensor): DType;
