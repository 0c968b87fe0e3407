using AudioBsq.Cli.Training;

namespace AudioBsq.Tests.Cli.Training;

[WithoutTorch]
public sealed class TensorBoardFileTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void File_BeginsWithVersionAndStart_ThenHasWhatWasWritten()
    {
        using (var file = new TensorBoardFile(_folder, firstStep: 301))
        {
            file.AddScalar("train/loss", -1.5, 320);
            file.AddScalar("ünïcode", double.Epsilon, int.MaxValue);
            file.AddImage("samples/a", [1, 2, 3, 0x80], 900, 600, 400);
        }

        var events = EventReader.Read(_folder);

        Assert.Equal(["brain.Event:2", null, null, null, null], events.Select(each => each.Version));
        Assert.Equal([false, true, false, false, false], events.Select(each => each.IsStart));
        Assert.Equal([301, 301, 320, int.MaxValue, 400], events.Select(each => each.Step));
        Assert.Equal([null, null, "train/loss", "ünïcode", "samples/a"], events.Select(each => each.Tag));
        Assert.Equal([null, null, -1.5f, 0, null], events.Select(each => each.Value));
        Assert.Equal([1, 2, 3, 0x80], events[^1].Image);
        Assert.All(
            events,
            each => Assert.InRange(DateTime.UnixEpoch.AddSeconds(each.Time), DateTime.UtcNow.AddDays(-1), DateTime.UtcNow.AddDays(1)));
    }

    [Fact] // TorchSharp carries TensorBoard's own message classes
    public void Events_AreReadByTheGeneratedClasses()
    {
        using (var file = new TensorBoardFile(_folder, firstStep: 0))
        {
            file.AddScalar("a", 0.25, 0);
            file.AddImage("b", [9], 4, 3, 7);
        }

        var events = EventReader.Records(File.ReadAllBytes(Directory.GetFiles(_folder).Single())).Select(Tensorboard.Event.Parser.ParseFrom)
            .ToList();

        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(Tensorboard.SessionLog.Types.SessionStatus.Start, events[1].SessionLog.Status);
        Assert.Equal(("a", 0.25f, 0L), (events[2].Summary.Value[0].Tag, events[2].Summary.Value[0].SimpleValue, events[2].Step));
        var image = events[3].Summary.Value[0].Image;
        Assert.Equal((7L, 3, 4, 4, 1), (events[3].Step, image.Height, image.Width, image.Colorspace, image.EncodedImageString.Length));
    }

    [Fact]
    public void Files_OfOneFolderAreReadInTheOrderInWhichTheyWereMade()
    {
        for (int i = 0; i < 12; i++)
        {
            using var file = new TensorBoardFile(_folder, firstStep: i);
        }

        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => (long)i), EventReader.Read(_folder).Where(each => each.IsStart).Select(each => each.Step));
    }

    [Fact] // RFC 3720, appendix B.4, and the check value of the catalogue of CRCs
    public void Reader_HasTheRightChecksum()
    {
        Assert.Equal(0x8a9136aau, EventReader.Crc(new byte[32]));
        Assert.Equal(0xe3069283u, EventReader.Crc("123456789"u8));
    }
}
