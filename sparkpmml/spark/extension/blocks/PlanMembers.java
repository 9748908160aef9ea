package io.sparkpmml.blocks;

import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.SparkPlan;

import scala.collection.IndexedSeq;
import scala.collection.Seq;

/** A plan's members as Scala 2.12 and 2.13 name their types: a class that implements them has both. */
interface PlanMembers {

    Seq<SparkPlan> children();

    Seq<Attribute> output();

    TreeNode<SparkPlan> withNewChildrenInternal(IndexedSeq<SparkPlan> children);

    TreeNode<SparkPlan> withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> children);
}
