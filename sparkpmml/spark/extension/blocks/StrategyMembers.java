package io.sparkpmml.blocks;

import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;

import scala.collection.Seq;

/** A strategy's member as Scala 2.12 names its type; see {@link PlanMembers}. */
interface StrategyMembers {

    Seq<SparkPlan> apply(LogicalPlan plan);
}
