namespace AudioBsq.Tests.Approved;

[WithoutTorch]
public class ApprovalTests
{
    [Fact]
    public void Differences_AreTheLinesThatWentAndCame() =>
        Assert.Equal(["− b", "− a", "+ d"], Approval.Differences(["a", "b", "a", "c"], ["c", "a", "d"]));

    [Fact]
    public void Differences_SayWhenOnlyTheOrderChanged() =>
        Assert.Equal(["The lines are the same, in another order."], Approval.Differences(["a", "b"], ["b", "a"]));
}
