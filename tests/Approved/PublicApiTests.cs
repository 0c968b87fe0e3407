using System.Reflection;
using AudioBsq.Decoding;
using AudioBsq.MLNet;
using PublicApiGenerator;

namespace AudioBsq.Tests.Approved;

/// <summary>What users can call is a text beside this test, so that no change of it goes unseen.</summary>
[WithoutTorch]
public class PublicApiTests
{
    public static TheoryData<string, Assembly> Libraries => new()
    {
        { "AudioBsq.MLNet.Model", typeof(AudioBsqModel).Assembly },
        { "AudioBsq.MLNet.Featurizers", typeof(AudioFile).Assembly },
        { "AudioBsq.MLNet", typeof(AudioTokenizerTransformer).Assembly },
        { "AudioBsq.MLNet.Models.Speech", typeof(PretrainedAudioModels).Assembly },
        { "AudioBsq.MLNet.OnnxRuntime", typeof(AudioBsq.OnnxRuntime.OnnxRuntimeSettings).Assembly },
    };

    [Theory, MemberData(nameof(Libraries))]
    public void PublicApi_IsTheApprovedOne(string name, Assembly library)
    {
        string api = library.GeneratePublicApi(new ApiGeneratorOptions { DenyNamespacePrefixes = [], IncludeAssemblyAttributes = false });

        Assert.Equal(name, library.GetName().Name);
        Approval.Verify(name, api);
    }

    [Fact]
    public void Model_KnowsNothingOfMLNet()
    {
        var references = typeof(AudioBsqModel).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!).ToList();

        Assert.Contains("TorchSharp", references);
        Assert.DoesNotContain(
            references,
            name => name.StartsWith("Microsoft.ML", StringComparison.Ordinal) || name.StartsWith("AudioBsq", StringComparison.Ordinal));
    }

    [Fact]
    public void Libraries_DependInOneDirection()
    {
        static IEnumerable<string> References(Type type) =>
            type.Assembly.GetReferencedAssemblies().Select(reference => reference.Name!)
                .Where(name => name.StartsWith("AudioBsq", StringComparison.Ordinal)).Order();

        Assert.Equal(["AudioBsq.MLNet.Model"], References(typeof(AudioFile)));
        Assert.Equal(["AudioBsq.MLNet.Featurizers", "AudioBsq.MLNet.Model"], References(typeof(AudioTokenizerTransformer)));
    }
}
