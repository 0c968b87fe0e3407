// Speech to tokens and back with the trained model, in a program without libtorch: ONNX Runtime runs the networks.
//
//   dotnet run -c Release --project samples/OnnxOnly [FILE]

using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;

string file = args is [var given] ? given : Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "clips")).Order().First();
var speech = PretrainedAudioModels.Speech900;
using var model = speech.LoadTokenizer();
using var vocoder = speech.LoadVocoder();

Waveform sound = AudioFile.Read(file, model.Mel.SampleRate);
float[] mel = new MelSpectrogram(model.Mel).Extract(sound.Samples);
int[] tokens = model.Encode(mel);
float[] reconstructed = model.Decode(tokens)[..mel.Length];
float[] heard = vocoder.Synthesize(reconstructed, sound.Samples.Length, speech.RefinementIterations);
string output = Path.Combine(Directory.CreateDirectory("onnx-only-output").FullName, "again.wav");
AudioFile.WriteWav(output, new Waveform(heard, sound.SampleRate));

Console.WriteLine($"{Path.GetFileName(file)}: {sound.Seconds:F2} s, {tokens.Length} tokens: {string.Join(' ', tokens.Take(8))} …");
Console.WriteLine($"Written: {output}");
