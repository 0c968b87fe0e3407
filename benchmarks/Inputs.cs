using System.CommandLine;
using System.CommandLine.Parsing;
using AudioBsq.MLNet;

namespace AudioBsq.Benchmarks;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Inputs
{
    /// <summary>A folder of recordings.</summary>
    public static Argument<DirectoryInfo> Folder() =>
        new Argument<DirectoryInfo>("FOLDER") { Description = "Recordings, in this folder and those below it" }.AcceptExistingOnly();

    /// <summary>A folder of spoken digits.</summary>
    public static Argument<DirectoryInfo> Digits() => new Argument<DirectoryInfo>("FOLDER")
    {
        Description = "Spoken digits, .wav files whose names are digit_speaker_take",
    }.AcceptExistingOnly();

    /// <summary>A model that comes with the library.</summary>
    public static Option<string> Pretrained()
    {
        var option = new Option<string>("--model") { Description = "A shipped model", DefaultValueFactory = _ => "speech900" };
        return option.AcceptOnlyFromAmong([.. PretrainedAudioModels.All.Select(model => model.Name)]);
    }

    /// <summary>A trained tokenizer.</summary>
    public static Argument<FileInfo> Model() =>
        new Argument<FileInfo>("MODEL") { Description = "The zip of a trained tokenizer" }.AcceptExistingOnly();

    /// <summary>A whole number from 1.</summary>
    public static Option<int> Count(string name, int otherwise, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => RefuseBelowOne(name, result));
        return option;
    }

    /// <summary>A whole number from 1 without a name of its own.</summary>
    public static Argument<int> CountArgument(string name, int otherwise, string description)
    {
        var argument = new Argument<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        argument.Validators.Add(result => RefuseBelowOne(name, result));
        return argument;
    }

    /// <summary>Threads of torch.</summary>
    public static Option<int> Threads(int otherwise) => Count("--threads", otherwise, "Threads of torch");

    private static void RefuseBelowOne(string name, SymbolResult result)
    {
        if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int number) && number < 1)
            result.AddError($"{name} must be at least 1; it is {number}.");
    }
}
