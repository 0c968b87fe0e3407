using System.CommandLine;
using AudioBsq.Benchmarks.Serving;
using AudioBsq.MLNet;
using AudioBsq.OnnxRuntime;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>predictions</c>: one loaded pipeline, used by many threads.</summary>
internal sealed class PredictionsCommand : Command
{
    private readonly Option<int> _threads = Inputs.Count("--threads", 16, "Threads that predict");
    private readonly Option<int> _each = Inputs.Count("--each", 1_000, "Predictions of each");
    private readonly Option<string> _model = Inputs.Pretrained();
    private readonly Option<bool> _onnx = new("--onnx") { Description = "On ONNX Runtime, one thread a prediction, and not on torch" };

    public PredictionsCommand()
        : base("predictions", "Tokenize with one loaded pipeline from many threads, and compare with one thread's answers.")
    {
        foreach (var option in (Option[])[_threads, _each, _model, _onnx]) Add(option);
        SetAction(arguments =>
        {
            if (OnnxRuntimeSettings.IsPreferred = arguments.GetValue(_onnx)) OnnxRuntimeSettings.Threads = 1;
            var speech = PretrainedAudioModels.Find(arguments.GetValue(_model)!)!;
            return Predictions.Run(arguments.GetValue(_threads), arguments.GetValue(_each), speech) == 0 ? 0 : 1;
        });
    }
}
