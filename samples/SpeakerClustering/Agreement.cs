namespace SpeakerClustering;

/// <summary>How well clusters agree with labels that they were made without.</summary>
internal static class Agreement
{
    /// <summary>The share of recordings whose label is the most frequent one in their cluster.</summary>
    public static double Purity(uint[] clusters, string[] labels) =>
        clusters.Zip(labels).GroupBy(pair => pair.First).Sum(cluster => cluster.CountBy(pair => pair.Second).Max(label => label.Value))
        / (double)clusters.Length;

    /// <summary>The adjusted Rand index (Hubert and Arabie 1985): 0 by chance, 1 where clusters and labels are the same.</summary>
    public static double AdjustedRand(uint[] clusters, string[] labels)
    {
        double together = clusters.Zip(labels).CountBy(pair => pair).Sum(group => Pairs(group.Value));
        double inClusters = clusters.CountBy(cluster => cluster).Sum(group => Pairs(group.Value));
        double inLabels = labels.CountBy(label => label).Sum(group => Pairs(group.Value));
        double byChance = inClusters * inLabels / Pairs(clusters.Length);
        return (together - byChance) / (((inClusters + inLabels) / 2) - byChance);

        static double Pairs(double n) => n * (n - 1) / 2;
    }
}
