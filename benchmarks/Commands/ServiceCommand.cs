using System.CommandLine;
using AudioBsq.Benchmarks.Serving;
using AudioBsq.MLNet;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>service</c>: samples/Service under good, hostile, huge, slow and cut-off requests.</summary>
internal sealed class ServiceCommand : Command
{
    private readonly Option<Uri> _url = new("--url")
    {
        Description = "The running service",
        DefaultValueFactory = _ => new Uri("http://localhost:5080"),
    };

    private readonly Option<string> _model = Inputs.Pretrained();
    private readonly Option<double> _minutes = new("--minutes") { Description = "How long", DefaultValueFactory = _ => 30 };
    private readonly Option<int> _clients = Inputs.Count("--clients", 8, "Clients at a time");
    private readonly Option<int> _seed = new("--seed") { Description = "Seed of the choice of requests", DefaultValueFactory = _ => 1 };

    public ServiceCommand() : base("service", "Ask a running samples/Service for this and that, and check every answer.")
    {
        foreach (var option in (Option[])[_url, _model, _minutes, _clients, _seed]) Add(option);
        SetAction(async (arguments, _) =>
        {
            var load = new ServiceLoad(arguments.GetValue(_url)!, new LoadInputs(PretrainedAudioModels.Find(arguments.GetValue(_model)!)!));
            var time = TimeSpan.FromMinutes(arguments.GetValue(_minutes));
            return await load.Run(arguments.GetValue(_clients), time, arguments.GetValue(_seed)) ? 0 : 1;
        });
    }
}
