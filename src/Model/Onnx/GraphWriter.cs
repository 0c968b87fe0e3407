using System.Runtime.InteropServices;
using Google.Protobuf;
using static AudioBsq.Onnx.TensorProto.Types;

namespace AudioBsq.Onnx;

/// <summary>Writes an ONNX graph (operator set 17), node by node.</summary>
internal sealed class GraphWriter(string name)
{
    private const long OperatorSet = 17, IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly Dictionary<string, Value> _constants = [];

    /// <summary>Names of the inputs, in order.</summary>
    public IEnumerable<string> Inputs => _graph.Input.Select(input => input.Name);

    /// <summary>Names of the outputs, in order.</summary>
    public IEnumerable<string> Outputs => _graph.Output.Select(output => output.Name);

    /// <summary>An input. A dimension is a number, or a name where it is free.</summary>
    public Value Input(string name, DataType type, string documentation, params object[] dimensions)
    {
        _graph.Input.Add(Info(name, type, documentation, dimensions));
        return new Value(this, name);
    }

    /// <summary>Makes a value an output of the graph.</summary>
    public void Output(string name, Value value, DataType type, string documentation, params object[] dimensions)
    {
        Add("Identity", [value], [name], []);
        _graph.Output.Add(Info(name, type, documentation, dimensions));
    }

    /// <summary>Weights, under their name.</summary>
    public Value Weights(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Initializer(name, DataType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A number.</summary>
    public Value Constant(float value) => Constant(DataType.Float, MemoryMarshal.AsBytes([value]), []);

    /// <summary>A vector of numbers.</summary>
    public Value Constant(ReadOnlySpan<float> values) => Constant(DataType.Float, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>A vector of numbers in double precision.</summary>
    public Value Constant(ReadOnlySpan<double> values) => Constant(DataType.Double, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>A vector of integers.</summary>
    public Value Constant(params long[] values) => Constant(DataType.Int64, MemoryMarshal.AsBytes(values.AsSpan()), [values.Length]);

    /// <summary>An integer.</summary>
    public Value Scalar(long value) => Constant(DataType.Int64, MemoryMarshal.AsBytes([value]), []);

    /// <summary>A node with one output.</summary>
    public Value Node(string operation, Value[] inputs, params (string Name, object Value)[] attributes) =>
        Nodes(operation, inputs, 1, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    public Value[] Nodes(string operation, Value[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"{operation}_{_graph.Node.Count}" + (i == 0 ? "" : $"_{i}"))];
        Add(operation, inputs, names, attributes);
        return Array.ConvertAll(names, output => new Value(this, output));
    }

    /// <summary>The graph as a file's bytes.</summary>
    /// <param name="documentation">What it computes.</param>
    /// <param name="metadata">Texts that travel with it.</param>
    public byte[] ToBytes(string documentation, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "AudioBsq.MLNet",
            ProducerVersion = typeof(GraphWriter).Assembly.GetName().Version!.ToString(3),
            DocString = documentation,
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OperatorSet });
        model.MetadataProps.AddRange(metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model.ToByteArray();
    }

    private void Add(string operation, Value[] inputs, string[] outputs, (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = outputs[0] };
        node.Input.AddRange(inputs.Select(input => input.Name));
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _graph.Node.Add(node);
    }

    private Value Constant(DataType type, ReadOnlySpan<byte> bytes, long[] shape)
    {
        string key = $"{type}{shape.Length}{Convert.ToHexString(bytes)}";
        if (!_constants.TryGetValue(key, out var constant))
            _constants[key] = constant = Initializer($"constant_{_constants.Count}", type, bytes, shape);
        return constant;
    }

    private Value Initializer(string name, DataType type, ReadOnlySpan<byte> bytes, long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        return new Value(this, name);
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case float number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case long number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            default:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange((long[])value);
                break;
        }

        return attribute;
    }

    private static ValueInfoProto Info(string name, DataType type, string documentation, object[] dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (object dimension in dimensions)
        {
            shape.Dim.Add(dimension is string free
                ? new TensorShapeProto.Types.Dimension { DimParam = free }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension, null) });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor }, DocString = documentation };
    }
}
