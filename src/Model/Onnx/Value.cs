namespace AudioBsq.Onnx;

/// <summary>A tensor of a graph that is being written, by its name. Operations on values add nodes to the graph.</summary>
internal sealed record Value(GraphWriter Graph, string Name)
{
    public static Value operator +(Value a, Value b) => a.Graph.Node("Add", [a, b]);

    public static Value operator -(Value a, Value b) => a.Graph.Node("Sub", [a, b]);

    public static Value operator *(Value a, Value b) => a.Graph.Node("Mul", [a, b]);

    public static Value operator /(Value a, Value b) => a.Graph.Node("Div", [a, b]);

    public static Value operator &(Value a, Value b) => a.Graph.Node("And", [a, b]);

    public static Value operator |(Value a, Value b) => a.Graph.Node("Or", [a, b]);

    public static Value operator +(Value a, float b) => a + a.Graph.Constant(b);

    public static Value operator *(Value a, float b) => a * a.Graph.Constant(b);

    public static Value operator -(Value a, float b) => a - a.Graph.Constant(b);

    /// <summary>Matrix product.</summary>
    public Value Times(Value other) => Graph.Node("MatMul", [this, other]);

    /// <summary>Another shape: 0 copies a dimension, and −1 is what is left.</summary>
    public Value Reshape(params long[] shape) => Graph.Node("Reshape", [this, Graph.Constant(shape)]);

    /// <summary>Other order of the dimensions.</summary>
    public Value Transpose(params long[] order) => Graph.Node("Transpose", [this], ("perm", order));

    /// <summary>Some of the values along an axis; negative positions count from the end.</summary>
    public Value Slice(long axis, long start, long end = long.MaxValue) =>
        Slice(axis, Graph.Constant([start]), Graph.Constant([end]));

    /// <inheritdoc cref="Slice(long, long, long)"/>
    public Value Slice(long axis, Value start, Value end) => Graph.Node("Slice", [this, start, end, Graph.Constant([axis])]);

    /// <summary>Equal parts along an axis.</summary>
    public Value[] Split(long axis, int parts) => Graph.Nodes("Split", [this], parts, ("axis", axis));

    /// <summary>This value and another, one after the other along an axis.</summary>
    public Value Append(Value next, long axis) => Graph.Node("Concat", [this, next], ("axis", axis));

    /// <summary>A dimension of size 1 more.</summary>
    public Value Unsqueeze(long axis) => Graph.Node("Unsqueeze", [this, Graph.Constant([axis])]);

    /// <summary>The size of a dimension, a vector of one integer.</summary>
    public Value Size(long axis) => Graph.Node("Shape", [this]).Slice(0, axis, axis + 1);

    /// <summary>Another number format.</summary>
    public Value To(TensorProto.Types.DataType type) => Graph.Node("Cast", [this], ("to", (long)type));

    /// <summary>A node with this value as its only input.</summary>
    public Value Apply(string operation, params (string Name, object Value)[] attributes) => Graph.Node(operation, [this], attributes);

    /// <summary>The values between two bounds.</summary>
    public Value Clip(float min, float max) => Graph.Node("Clip", [this, Graph.Constant(min), Graph.Constant(max)]);

    /// <summary>Comparison: this ≤ other.</summary>
    public Value AtMost(Value other) => Graph.Node("LessOrEqual", [this, other]);
}
