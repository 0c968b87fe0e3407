// From recordings to a served model: docs/tutorial.md goes through it.
//
//   dotnet run -c Release --project samples/Tutorial              trains, serves, asks itself ten times and ends
//   dotnet run -c Release --project samples/Tutorial -- serve     trains and goes on serving

using AudioBsq;
using AudioBsq.MLNet;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Tutorial;

string digits = Path.Combine(AppContext.BaseDirectory, "digits");
string zip = Path.Combine(Directory.CreateDirectory("tutorial-output").FullName, "digits.zip");

// 1. Data.
var ml = new MLContext(seed: 1);
var train = ml.Data.LoadFromEnumerable(Recording.ReadAll(digits, speaker: "theo", isHeldOut: false));
var test = ml.Data.LoadFromEnumerable(Recording.ReadAll(digits, speaker: "theo", isHeldOut: true));

// 2. Training.
var pipeline = ml.Transforms.LoadAudio("Waveform", "File", sampleRate: 16_000)
    .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
    .Append(ml.Transforms.ExtractAudioEmbedding(
        "Features", "Mel", PretrainedAudioModels.Speech900, new EmbeddingOptions { Layer = 1, Parts = 5 }))
    .Append(ml.Transforms.NormalizeMeanVariance("Features", fixZero: false))
    .Append(ml.Transforms.Conversion.MapValueToKey("Label", "Digit"))
    .AppendCacheCheckpoint(ml)
    .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(l1Regularization: 0, l2Regularization: 0.01f))
    .Append(ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel"));
var trained = pipeline.Fit(train);

// 3. How good it is.
var metrics = ml.MulticlassClassification.Evaluate(trained.Transform(test));
Console.WriteLine($"{metrics.MicroAccuracy:P0} of a new speaker's digits are recognized; by chance 10 %.");

// 4. Saving and loading.
ml.Model.Save(trained, train.Schema, zip);
var model = ml.Model.Load(zip, out _);

// 5. Serving.
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://localhost:5081");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new DefaultObjectPoolProvider().Create(new EnginePolicy(ml, model)));
var app = builder.Build();
app.MapPost("/digit", async (HttpRequest request, ObjectPool<PredictionEngine<Recording, Answer>> engines) =>
{
    using var file = new MemoryStream();
    await request.Body.CopyToAsync(file);
    var engine = engines.Get();
    try
    {
        return Results.Ok(engine.Predict(new Recording { File = file.ToArray() }));
    }
    catch (InvalidDataException failure) // no sound file
    {
        return Results.BadRequest(failure.Message);
    }
    finally
    {
        engines.Return(engine);
    }
});
await app.StartAsync();

// 6. Asking.
using var client = new HttpClient();
string heard = "";
for (int digit = 0; digit < 10; digit++)
{
    byte[] file = File.ReadAllBytes(Path.Combine(digits, $"{digit}_theo_0.wav"));
    var answer = await client.PostAsync("http://localhost:5081/digit", new ByteArrayContent(file));
    heard += (await answer.Content.ReadFromJsonAsync<Answer>())!.Said;
}

Console.WriteLine($"Theo said 0123456789, and the service heard {heard}.");

if (args is ["serve"]) await app.WaitForShutdownAsync();
await app.DisposeAsync();
(model as IDisposable)?.Dispose();
return metrics.MicroAccuracy > 0.5 ? 0 : 1;
