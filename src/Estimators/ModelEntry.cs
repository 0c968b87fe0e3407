using AudioBsq.Persistence;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>The entry of a pipeline's file with a model's weights, which a tokenizer and its reconstructors share.</summary>
internal static class ModelEntry
{
    private const string Name = "Model.safetensors";

    /// <summary>Writes the whole model.</summary>
    public static void Save(ModelWriter writer, AudioBsqModel model) => writer.Shared(Name, model, stream => model.Save(stream));

    /// <summary>Writes the decoder alone, unless the whole model is in the file already.</summary>
    /// <remarks>
    /// A half is written as the entry of an object in the model, not of the model, so that a tokenizer that is saved later writes it whole:
    /// of the engine or, for the encoder, of the content.
    /// </remarks>
    public static void SaveDecoder(ModelWriter writer, AudioBsqModel model) => writer.Shared(
        Name, model.Content.Engine, stream => ModelFile.Write(stream, model.Content, ModelParts.Decoder), whole: model);

    /// <summary>Writes the encoder alone, unless the whole model is in the file already.</summary>
    public static void SaveEncoder(ModelWriter writer, AudioBsqModel model) => writer.Shared(
        Name, model.Content, stream => ModelFile.Write(stream, model.Content, ModelParts.Encoder), whole: model);

    /// <summary>The model in the file, which must have the <paramref name="needed"/> half.</summary>
    public static SharedResource<AudioBsqModel>.Lease Load(IHostEnvironment environment, ModelReader reader, ModelParts needed)
    {
        var model = reader.Shared(Name, stream => Read(stream, environment)).Acquire();
        if (model.Value.Content.Parts.HasFlag(needed)) return model;
        model.Dispose();
        throw reader.Damaged($"its model has no {needed}");
    }

    /// <exception cref="NotSupportedException">The model was saved without that half.</exception>
    public static void Require(AudioBsqModel model, ModelParts needed)
    {
        if (model.Content.Parts.HasFlag(needed)) return;
        string half = needed == ModelParts.Encoder ? "encoder and cannot tokenize or embed" : "decoder and cannot reconstruct";
        throw new NotSupportedException($"The model was saved without its {half}. Save the whole tokenizer to do both.");
    }

    private static SharedResource<AudioBsqModel> Read(Stream stream, IHostEnvironment environment) =>
        new(new(ModelFile.Read(stream, Name, () => ModelDevice.Choose(environment))));
}
