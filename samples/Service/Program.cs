// Speech to tokens and back over HTTP, with a page to try it.
//
//   dotnet run -c Release --project samples/Service
//
// Then open http://localhost:5080, or:
//
//   curl --data-binary @hello.flac http://localhost:5080/tokens                          tokens as JSON
//   curl --data-binary @hello.flac "http://localhost:5080/tokens?as=absq" -o hello.absq  tokens in a container
//   curl --data-binary @hello.absq http://localhost:5080/sound -o hello.wav              and back
//
// ServiceSettings has the limits; each is set by an argument such as --Service:MaxSeconds 30.

using Service;

await using var app = SpeechService.Build(args);
await app.RunAsync();
