using AudioBsq.Persistence;
using AudioBsq.Quantization;

namespace AudioBsq.Tests.Model.Persistence;

[NoTensorLeaks]
public class NetworkWeightsTests
{
    [Fact]
    public void Load_RefusesWhatDoesNotFit_AndNamesIt()
    {
        using var quantizer = new BinarySphericalQuantizer(new QuantizerOptions { Bits = 4, GroupSize = 2 }, Compatibility.Corrected);
        var basis = SafetensorsTensor.Of("basis", [9L, 9, 9, 9], 4);
        var groupBasis = SafetensorsTensor.Of("group_basis", [9L, 9], 2);

        Refuses("group_basis", basis);
        Refuses("more", basis, groupBasis, basis with { Name = "more" });
        Refuses("(1, 2)", basis, groupBasis with { Shape = [1, 2] });
        Assert.Equal([8, 4, 2, 1], quantizer.state_dict()["basis"].data<long>().ToArray());

        NetworkWeights.Load(quantizer, new[] { basis, groupBasis }.ToDictionary(tensor => tensor.Name), "some.file");
        Assert.Equal([9, 9, 9, 9], quantizer.state_dict()["basis"].data<long>().ToArray());

        void Refuses(string named, params SafetensorsTensor[] tensors)
        {
            var byName = tensors.ToDictionary(tensor => tensor.Name);
            var error = Assert.Throws<InvalidDataException>(() => NetworkWeights.Load(quantizer, byName, "some.file"));
            Assert.Contains("some.file", error.Message, StringComparison.Ordinal);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
    }
}
