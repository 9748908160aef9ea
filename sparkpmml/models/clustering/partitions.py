"""Distribution-based clusters: a record compared with what a cluster's records are like (specification: Partition).

The specification names the statistics, and leaves open how a record is compared with them ("some similarity measure is
used to determine the best matching cluster"). Here a comparison with a cluster is the mean of the comparisons with its
records, as in Condorcet's criterion, by which demographic clustering builds such clusters: exact for categories, whose
frequencies are known; for numbers, whose records are not, the comparison with the cluster's mean. A number's spread
(standardDeviation, the frequencies of its intervals) is not used: each way to use it would be another guess.
"""

from __future__ import annotations

import numpy as np

from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.models.clustering.nodes import Cluster, ClusteringField, ClusteringModel, PartitionFieldStats
from sparkpmml.models.comparison import ComparedField, compared


def distribution(node: ClusteringModel, pair: tuple[Field, ClusteringField], scope: Scope) -> ComparedField:
    """One field's comparison with each cluster's statistics."""
    field, how = pair
    function = how.compare_function or node.measure.compare_function
    stats = [_stats(cluster, how.field) for cluster in node.clusters]
    if field.categories:
        table = _compared_categories(field, how, function, stats)
        return ComparedField(field, (), "table", how.weight, expected=table)
    means = [each.info.mean if each.info is not None else None for each in stats]
    if any(mean is None for mean in means):
        raise ValueError(f"has clusters that know neither frequencies of declared values of {how.field!r} nor its mean")
    field = compared(field, function, scope)
    return ComparedField(field, [repr(mean) for mean in means], function, how.weight, how.similarity_scale)


def _stats(cluster: Cluster, name: str) -> PartitionFieldStats:
    for stats in cluster.partition.stats if cluster.partition is not None else ():
        if stats.field == name:
            return stats
    raise ValueError(f"is based on distributions, but a cluster has no statistics of field {name!r}")


def _compared_categories(field: Field, how: ClusteringField, function: str, stats: list[PartitionFieldStats]) -> Matrix:
    """float64[values, clusters]: each value's mean comparison with a cluster's records."""
    count = len(field.categories)
    if function == "table" and how.comparisons is not None:
        pairs = how.comparisons.matrix.dense()
    elif function in ("delta", "equal"):
        pairs = np.eye(count) if function == "equal" else 1 - np.eye(count)
    else:
        raise ValueError(f"compares values of {field.name!r} by {function!r}: delta, equal or a table are needed")
    shares = np.array([_shares(each, count) for each in stats]).T
    if pairs.shape != (count, count):
        raise ValueError(f"has a table of shape {pairs.shape} for the {count} values of {field.name!r}")
    compared: Matrix = pairs @ shares
    return compared


def _shares(stats: PartitionFieldStats, count: int) -> list[float]:
    frequencies = [float(item) for item in stats.frequencies[0].items] if stats.frequencies else []
    if len(frequencies) != count or sum(frequencies) <= 0:
        raise ValueError(f"has {len(frequencies)} frequencies for the {count} declared values of {stats.field!r}")
    return [each / sum(frequencies) for each in frequencies]
